//! Dropping the cells of a dead object, and of objects that die as a consequence, one after the other.
//!
//! A result may own the next object of a chain. If each anchor dropped its cells itself, a chain of a million would
//! recurse a million deep. So only the outermost drop on a thread does the work; anchors that die meanwhile queue their
//! cells and return. All cells are dropped before the outermost drop returns (law 4).

use std::cell::Cell;
use std::ptr::NonNull;

use super::any_cell;
use crate::memo::cells::head::CellHead;
use crate::memo::counting::counter_block::Count;
use crate::memo::listeners::Why;
use crate::sys::depth::DepthGuard;
use crate::sys::panics::Panics;
use crate::sys::per_thread::per_thread;

per_thread! {
    struct Queue {
        /// The queue: cells of objects that died while cells were being dropped.
        first: Cell<*mut CellHead> = Cell::new(std::ptr::null_mut()),
        /// Whether a call of this thread drains it.
        draining: Cell<bool> = Cell::new(false),
    }
}

/// Ends and releases a chain of cells that were taken from an anchor.
///
/// A destructor's panic is resumed at the end. If the thread is already unwinding, it is counted instead.
pub(crate) fn bury(chain: *mut CellHead) {
    let chain = end_inert(chain);
    if chain.is_null() {
        return;
    }
    let busy = Queue::here().draining.replace(true);
    if busy {
        queue(chain);
        return;
    }
    let mut panics = Panics::default();
    end_chain(chain, Count::Dropped, &mut panics);
    finish(&mut panics);
    panics.resume();
}

/// Ends the leading cells of a dead object that run no user code. Nothing can re-enter here, so they need no queue. Returns the
/// rest.
fn end_inert(mut at: *mut CellHead) -> *mut CellHead {
    while let Some(cell) = NonNull::new(at) {
        // SAFETY: the chain is this thread's, and this cell was not released yet.
        let head = unsafe { cell.as_ref() };
        let vtable = head.memo().vtable();
        if !vtable.inert || head.memo().is_listened() {
            break;
        }
        at = head.next();
        any_cell::delist(cell, head.memo());
        // SAFETY: the vtable is that of the cell's memo, and the object is dead.
        unsafe { (vtable.end)(cell, Why::quietly(Count::Dropped)) };
        // SAFETY: the anchor's share, released once.
        unsafe { (vtable.release)(cell) };
    }
    at
}

/// Ends and releases a chain of cells of a dead object that run no user code.
pub(crate) fn end_quiet(mut at: *mut CellHead) {
    while let Some(cell) = NonNull::new(at) {
        // SAFETY: the chain is this thread's, and this cell was not released yet.
        let head = unsafe { cell.as_ref() };
        let memo = head.memo();
        at = head.next();
        any_cell::delist(cell, memo);
        // SAFETY: the vtable is that of the cell's memo, and the object is dead.
        unsafe { (memo.vtable().end)(cell, Why::quietly(Count::Dropped)) };
        // SAFETY: the anchor's share, released once.
        unsafe { (memo.vtable().release)(cell) };
    }
}

/// Ends and releases immediately, for cells whose object lives on: what `clear` removes is dropped when it returns (law 11).
pub(crate) fn clear(chain: *mut CellHead) {
    if chain.is_null() {
        return;
    }
    let busy = Queue::here().draining.replace(true);
    let mut panics = Panics::default();
    end_chain(chain, Count::Cleared, &mut panics);
    if !busy {
        finish(&mut panics);
    }
    panics.resume();
}

fn queue(chain: *mut CellHead) {
    let mut last = chain;
    loop {
        // SAFETY: the chain was taken from its anchor: it is this thread's.
        let next = unsafe { &*last }.next();
        if next.is_null() {
            break;
        }
        last = next;
    }
    let queue = Queue::here();
    // SAFETY: as above.
    let last = unsafe { &*last };
    // SAFETY: as above.
    unsafe { last.set_next(queue.first.get()) };
    queue.first.set(chain);
}

/// Drains the queue. The caller has set `draining`.
fn finish(panics: &mut Panics) {
    loop {
        let chain = Queue::here().first.replace(std::ptr::null_mut());
        if chain.is_null() {
            break;
        }
        end_chain(chain, Count::Dropped, panics);
    }
    Queue::here().draining.set(false);
}

fn end_chain(mut at: *mut CellHead, why: Count, panics: &mut Panics) {
    // No amortised sweep in the middle of a drop.
    let _deeper = DepthGuard::enter();
    while let Some(cell) = NonNull::new(at) {
        // SAFETY: the chain is this thread's, and this cell was not released yet.
        let head = unsafe { cell.as_ref() };
        let memo = head.memo();
        at = head.next();
        any_cell::delist(cell, memo);
        // SAFETY: the vtable is that of the cell's memo. The object is dead or exclusively borrowed, so cells that
        // are not counted have no other reader.
        panics.run(|| unsafe { (memo.vtable().end)(cell, why.into()) });
        // SAFETY: the anchor's share, released once.
        panics.run(|| unsafe { (memo.vtable().release)(cell) });
    }
}
