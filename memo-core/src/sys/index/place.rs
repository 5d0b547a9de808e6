//! Where an index looks for a node: the bits of its hash.

use std::ptr::NonNull;

/// A node that an index leads to.
pub(crate) trait Hashed {
    /// The node's hash, the same for as long as it is in the index.
    ///
    /// # Safety
    /// The node is in the index.
    unsafe fn hash(node: NonNull<Self>) -> u64;
}

/// A hash, and how its bits are used: the first ones lead through the directory.
#[derive(Clone, Copy)]
pub(super) struct Place(u64);

impl Place {
    #[inline(always)]
    pub(super) fn of(hash: u64) -> Self {
        Self(hash)
    }

    /// The place of a node that is in the index.
    ///
    /// # Safety
    /// As for [`Hashed::hash`].
    pub(super) unsafe fn of_node<N: Hashed>(node: NonNull<N>) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { N::hash(node) })
    }

    /// The hash itself.
    #[inline(always)]
    pub(super) fn hash(self) -> u64 {
        self.0
    }

    /// The page that is searched first, of a number that is a power of two and at most 16.
    #[inline(always)]
    pub(super) fn home(self, pages: usize) -> usize {
        (self.0 >> 32) as usize & (pages - 1)
    }

    /// Never 0.
    #[inline(always)]
    pub(super) fn tag(self) -> u64 {
        self.0 >> 24 & 0x7F | 0x80
    }

    /// The first bits.
    pub(super) fn prefix(self, bits: u32) -> usize {
        debug_assert!(bits > 0);
        (self.0 >> (64 - bits)) as usize
    }
}
