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
    #[inline(always)]
    pub(crate) fn find(&self, memo: &'static Core) -> Option<NonNull<CellHead>> {
        find_from(self.head.load(Ordering::Acquire), memo)
    }

    /// The cell of `memo`, if its result is there.
    #[inline(always)]
    pub(crate) fn find_filled(&self, memo: &'static Core) -> Option<NonNull<CellHead>> {
        let mut at = self.head.load(Ordering::Acquire);
        while let Some(cell) = NonNull::new(at) {
            // SAFETY: invariant 1, the anchor is borrowed, so its cells stand.
            let head = unsafe { cell.as_ref() };
            if head.is_filled_of(memo) {
                return Some(cell);
            }
            at = head.next();
        }
        None
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
            // SAFETY: as above.
            let mine = unsafe { cell.as_ref() };
            // SAFETY: invariant 2, it is not published yet.
            unsafe { mine.set_next(head) };
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

#[inline(always)]
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

#[cfg(all(test, loom))]
mod loom_models {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;
    use crate::memo::Site;
    use crate::slot::Slot;

    static ONE: Core = Core::new(Site::built_in("one"));
    static TWO: Core = Core::new(Site::built_in("two"));

    fn cell(memo: &'static Core) -> NonNull<CellHead> {
        NonNull::from(Box::leak(Box::new(CellHead::new(memo))))
    }

    /// A cell as lent ones are: the value is read after the head alone was looked at.
    #[repr(C)]
    struct Lent {
        head: CellHead,
        slot: Slot<u32>,
    }

    #[test]
    fn loom_a_filled_head_has_its_value() {
        loom::model(|| {
            let lent =
                NonNull::from(Box::leak(Box::new(Lent { head: CellHead::vacant(&ONE), slot: Slot::claimed(1) })));
            let list = Arc::new(CellList::new());
            list.add(lent.cast()).unwrap();
            assert_eq!(list.find(&ONE), Some(lent.cast()));
            let theirs = Arc::clone(&list);
            let reader = thread::spawn(move || {
                theirs.find_filled(&ONE).is_none_or(|cell| {
                    // SAFETY: the only cell of the list, filled, and freed after this thread has ended.
                    let value = unsafe { cell.cast::<Lent>().as_ref().slot.value_ref() };
                    *value == 7
                })
            });
            // SAFETY: freed below.
            let cell = unsafe { lent.as_ref() };
            cell.slot.fill(7);
            cell.head.set_filled();
            assert!(reader.join().unwrap());
            // SAFETY: leaked above; the reader has ended.
            drop(unsafe { Box::from_raw(lent.as_ptr()) });
        });
    }

    fn free(cell: NonNull<CellHead>) {
        // SAFETY: leaked by `cell`, and in no list any more.
        drop(unsafe { Box::from_raw(cell.as_ptr()) });
    }

    /// Adds a cell of `memo`, or finds that there is one: its address either way.
    fn place(list: &CellList, memo: &'static Core) -> usize {
        let mine = cell(memo);
        let there = match list.add(mine) {
            Ok(()) => mine,
            Err(there) => {
                free(mine);
                there
            }
        };
        assert_eq!(list.find(memo), Some(there));
        there.as_ptr() as usize
    }

    #[test]
    fn loom_two_threads_agree_on_the_cell_of_a_memo() {
        loom::model(|| {
            let list = Arc::new(CellList::new());
            let theirs = Arc::clone(&list);
            let other = thread::spawn(move || (place(&theirs, &TWO), place(&theirs, &ONE)));
            let mine = (place(&list, &ONE), place(&list, &TWO));
            let (two, one) = other.join().unwrap();
            assert_eq!(mine, (one, two));
            let mut list = Arc::try_unwrap(list).ok().expect("the other thread has ended");
            let mut at = list.take();
            let mut cells = 0;
            while let Some(cell) = NonNull::new(at) {
                // SAFETY: taken out, this thread's.
                at = unsafe { cell.as_ref() }.next();
                free(cell);
                cells += 1;
            }
            assert_eq!(cells, 2);
        });
    }
}
