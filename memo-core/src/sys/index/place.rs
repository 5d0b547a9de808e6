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

/// The bits of a hash that select the page.
const HOME_AT: u32 = 38;

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
        (self.0 >> HOME_AT) as usize & (pages - 1)
    }

    /// The same in units of `size`, a power of two, without a shift of its own.
    #[inline(always)]
    pub(super) fn home_times(self, pages: usize, size: usize) -> usize {
        if cfg!(memo_loom) {
            return self.home(pages) * size;
        }
        (self.0 >> (HOME_AT - size.trailing_zeros())) as usize & ((pages - 1) * size)
    }

    /// Seven bits, the lowest of which is 0.
    #[inline(always)]
    pub(super) fn tag(self) -> u64 {
        u64::from(self.0 as u32 >> 25 & 0x7E)
    }

    /// The first bits.
    pub(super) fn prefix(self, bits: u32) -> usize {
        debug_assert!(bits > 0);
        (self.0 >> (64 - bits)) as usize
    }
}
