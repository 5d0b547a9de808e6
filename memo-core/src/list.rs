//! The cells of one anchor: an append-only list, found without a lock.
//!
//! # Invariants
//!
//! 1. A cell in the list is never taken out while the list is shared: only [`CellList::take`], through `&mut`, ends it.
//!    So a reader may walk without protection, and a found cell is good for as long as the anchor is borrowed.
//! 2. `next` is written before the compare-exchange (`Release`) that publishes the cell and never again while shared;
//!    readers start from an `Acquire` load of the head.
//! 3. One cell a memo: whoever adds searches again from *the very head that its compare-exchange expects*. Searching
//!    first and loading the head afterwards lets two threads add the same memo's cell.

use std::ptr::NonNull;

use crate::cell::CellHead;
use crate::memo::Core;
use crate::sync::{AtomicPtr, Ordering};

pub(crate) struct CellList {
    head: AtomicPtr<CellHead>,
}

impl CellList {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self { head: AtomicPtr::new(std::ptr::null_mut()) }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self { head: AtomicPtr::new(std::ptr::null_mut()) }
    }

    /// The cell of `memo`.
    #[inline]
    pub(crate) fn find(&self, memo: &'static Core) -> Option<NonNull<CellHead>> {
        find_from(self.head.load(Ordering::Acquire), memo)
    }

    /// Adds `cell` unless its memo has one here already: then that one comes back and `cell` stays the caller's.
    pub(crate) fn add(&self, cell: NonNull<CellHead>) -> Result<(), NonNull<CellHead>> {
        // SAFETY: the caller's cell is alive and not shared yet.
        let memo = unsafe { cell.as_ref() }.memo();
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            if let Some(there) = find_from(head, memo) {
                return Err(there);
            }
            // SAFETY: as above; invariant 2, `next` is written before the cell is published.
            unsafe { cell.as_ref() }.set_next(head);
            match self.head.compare_exchange_weak(head, cell.as_ptr(), Ordering::Release, Ordering::Acquire) {
                Ok(_) => return Ok(()),
                Err(now) => head = now,
            }
        }
    }

    /// Visits the memos that have a cell here.
    pub(crate) fn each_memo(&self, mut visit: impl FnMut(&'static Core)) {
        let mut at = self.head.load(Ordering::Acquire);
        while let Some(cell) = NonNull::new(at) {
            // SAFETY: invariant 1.
            let head = unsafe { cell.as_ref() };
            visit(head.memo());
            at = head.next();
        }
    }

    /// Whether no memo has a cell here.
    pub(crate) fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed).is_null()
    }

    /// Takes all cells out, as a chain.
    pub(crate) fn take(&mut self) -> *mut CellHead {
        // `&mut self`: every borrow has ended, and whatever ended it ordered this thread after it.
        let head = self.head.load(Ordering::Acquire);
        self.head.store(std::ptr::null_mut(), Ordering::Relaxed);
        head
    }
}

#[inline]
fn find_from(mut at: *mut CellHead, memo: &'static Core) -> Option<NonNull<CellHead>> {
    while let Some(cell) = NonNull::new(at) {
        // SAFETY: invariant 1, the anchor is borrowed, so its cells stand.
        let head = unsafe { cell.as_ref() };
        if std::ptr::eq(head.memo(), memo) {
            return Some(cell);
        }
        at = head.next();
    }
    None
}
