//! An index: from a hash to an item, found without a lock by any number of readers while one writer adds.
//!
//! Open addressing over slots that each change from empty to an item once and never back. Items are neither moved
//! nor removed: a writer that needs more room makes a larger index and keeps this one for the readers inside it.
//!
//! # Invariants
//!
//! 1. An item outlives every read of the index: the writer that inserts it guarantees that.
//! 2. One writer at a time ([`Index::insert`] requires it). The slot is stored with `Release` and loaded with
//!    `Acquire`, so a reader that finds an item sees all that was written to it before it was inserted.
//! 3. At least half of the slots are empty ([`Index::has_room`]), so every search ends, and soon.
//! 4. A search that meets an empty slot may miss an item that is being inserted. Only the writer can find that an item is *not*
//!    there.

use crate::sys::sync::plain::AtomicUsize;
use std::ptr::NonNull;

use crate::sys::sync::{AtomicPtr, Ordering};

pub(crate) struct Index<T> {
    /// Their number is a power of two.
    slots: Box<[AtomicPtr<T>]>,
    /// Read and written by the writer only.
    len: AtomicUsize,
}

impl<T> Index<T> {
    /// An index with room for this many items, at least one.
    pub(crate) fn with_room(items: usize) -> Self {
        let slots = (2 * items).next_power_of_two();
        let slots = std::iter::repeat_with(|| AtomicPtr::new(std::ptr::null_mut())).take(slots).collect();
        Self { slots, len: AtomicUsize::new(0) }
    }

    /// The first item with this hash that `is` accepts.
    #[inline]
    pub(crate) fn find(&self, hash: u64, is: impl Fn(&T) -> bool) -> Option<NonNull<T>> {
        // Read once: after an `Acquire` load the compiler would read them again.
        let (slots, mask) = (&*self.slots, self.slots.len() - 1);
        let mut at = hash as usize;
        loop {
            let slot = slots.get(at & mask)?;
            let item = NonNull::new(slot.load(Ordering::Acquire))?;
            // SAFETY: invariant 1.
            if is(unsafe { item.as_ref() }) {
                return Some(item);
            }
            at = at.wrapping_add(1);
        }
    }

    /// Whether one more item may be inserted.
    pub(crate) fn has_room(&self) -> bool {
        2 * (self.len.load(Ordering::Relaxed) + 1) <= self.slots.len()
    }

    /// Inserts an item. There must be room.
    ///
    /// # Safety
    /// The item stays valid for as long as the index can be read, and nothing else inserts meanwhile.
    pub(crate) unsafe fn insert(&self, hash: u64, item: NonNull<T>) {
        debug_assert!(self.has_room());
        let mut at = hash as usize;
        let slot = loop {
            let slot = &self.slots[at & (self.slots.len() - 1)];
            if slot.load(Ordering::Relaxed).is_null() {
                break slot;
            }
            at = at.wrapping_add(1);
        };
        slot.store(item.as_ptr(), Ordering::Release);
        self.len.store(self.len.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use super::*;

    #[test]
    fn items_with_equal_hashes_are_told_apart() {
        let items: Vec<u64> = (0..64).collect();
        let index = Index::with_room(items.len());
        for item in &items {
            assert!(index.has_room());
            // SAFETY: the items outlive the index, and this is its only thread.
            unsafe { index.insert(item % 4, NonNull::from(item)) };
        }
        assert!(!index.has_room());
        for item in &items {
            assert_eq!(index.find(item % 4, |other| other == item), Some(NonNull::from(item)));
        }
        assert_eq!(index.find(u64::MAX, |other| *other == 64), None);
    }
}
