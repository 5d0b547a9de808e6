//! The addresses that an index searches for, and where it looks for them.

use std::ptr::NonNull;

use super::page::PAGES;
use crate::anchor::side_table::object::hash_of;

/// A node that an index leads to.
pub(crate) trait Addressed {
    /// The address of its object, read with `Acquire`; odd if it has none.
    ///
    /// # Safety
    /// The node's memory has not been freed.
    unsafe fn address(node: NonNull<Self>) -> usize;
}

/// A hash, and how its bits are used: the first ones lead through the directory.
#[derive(Clone, Copy)]
pub(super) struct Place(u64);

impl Place {
    #[inline(always)]
    pub(super) fn of(address: usize) -> Self {
        Self(hash_of(address))
    }

    /// The hash itself.
    #[inline(always)]
    pub(super) fn hash(self) -> u64 {
        self.0
    }

    /// The page that is searched first.
    #[inline(always)]
    pub(super) fn home(self) -> usize {
        (self.0 >> 32) as usize % PAGES
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
