//! One block of memory that each thread keeps: a call that evicts an entry allocates one, too, nearly always of the same size.
//!
//! An allocator needs some 130 instructions for the pair, and this needs some 20. One block is enough for that, and it is little: so nobody
//! has to bound, sweep or count it.
//!
//! # Invariants
//!
//! 1. A block that is kept was allocated with [`ALIGN`] and the size noted beside it, and belongs to nobody else.
//! 2. It is freed when the thread ends. From then on none is kept.
//!
//! `memo_no_spare` does without, for tools that look for uses after the end: they know only what is given back to the allocator.

use std::alloc::{Layout, dealloc};
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

use crate::sys::per_thread::per_thread;
use crate::sys::thread::{self, Step};

const ALIGN: usize = align_of::<usize>();
/// A larger block is not worth keeping.
const LARGEST: usize = 256;

per_thread! {
    struct Spare {
        block: Cell<*mut u8> = Cell::new(null_mut()),
        /// Its size; 0 if there is none.
        size: Cell<usize> = Cell::new(0),
        /// Whether it is freed at the end of this thread.
        armed: Cell<bool> = Cell::new(false),
    }
}

/// Whether a block of this layout may be kept.
const fn fits(layout: Layout) -> bool {
    !cfg!(any(miri, memo_loom, memo_no_spare))
        && layout.align() == ALIGN
        && layout.size() != 0
        && layout.size() <= LARGEST
}

/// The block that this thread keeps, if it has this layout.
#[inline(always)]
pub(super) fn take(layout: Layout) -> Option<NonNull<u8>> {
    if !fits(layout) {
        return None;
    }
    let here = Spare::here();
    if here.size.get() != layout.size() {
        return None;
    }
    here.size.set(0);
    NonNull::new(here.block.get())
}

/// Keeps a block, or frees it.
///
/// # Safety
/// It was allocated with this layout, and nothing uses it any longer.
#[inline(always)]
pub(super) unsafe fn give_back(block: NonNull<u8>, layout: Layout) {
    if fits(layout) {
        let here = Spare::here();
        if here.size.get() == 0 && (here.armed.get() || arm()) {
            here.block.set(block.as_ptr());
            here.size.set(layout.size());
            return;
        }
    }
    // SAFETY: the caller's.
    unsafe { dealloc(block.as_ptr(), layout) };
}

#[cold]
#[inline(never)]
fn arm() -> bool {
    let armed = thread::at_end(Step::FreeSpare, close);
    Spare::here().armed.set(armed);
    armed
}

/// Frees what this thread keeps. Runs when it ends, and is late.
fn close() {
    let here = Spare::here();
    here.armed.set(false);
    let size = here.size.replace(0);
    if size != 0 {
        // It had this layout.
        let layout = Layout::from_size_align(size, ALIGN).expect("that of a block");
        // SAFETY: invariant 1.
        unsafe { dealloc(here.block.get(), layout) };
    }
}

#[cfg(all(test, not(any(miri, memo_loom, memo_no_spare))))]
mod tests {
    use std::alloc::alloc;

    use super::*;

    fn new(size: usize) -> (NonNull<u8>, Layout) {
        let layout = Layout::from_size_align(size, ALIGN).unwrap();
        // SAFETY: it has a size.
        (NonNull::new(unsafe { alloc(layout) }).unwrap(), layout)
    }

    #[test]
    fn one_block_is_kept_for_the_next_of_its_size() {
        // What a thread keeps is its own.
        std::thread::spawn(|| {
            let [(first, layout), (second, _), (large, of_large)] = [new(56), new(56), new(LARGEST + 8)];
            assert_eq!(take(layout), None);
            // SAFETY: each is this test's, and given once.
            unsafe { give_back(large, of_large) };
            assert_eq!(take(of_large), None);
            // SAFETY: as above.
            unsafe { give_back(first, layout) };
            // SAFETY: as above.
            unsafe { give_back(second, layout) };
            assert_eq!(take(Layout::from_size_align(48, ALIGN).unwrap()), None);
            assert_eq!(take(Layout::from_size_align(56, 2 * ALIGN).unwrap()), None);
            assert_eq!((take(layout), take(layout)), (Some(first), None));
            // SAFETY: as above; the thread's end frees it.
            unsafe { give_back(first, layout) };
        })
        .join()
        .unwrap();
    }
}
