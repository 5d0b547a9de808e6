//! The cells on this thread's own in-object anchors ([`LocalAnchor`](super::local_anchor::LocalAnchor)) that `clear` must find.
//!
//! What the lists of a memo ([`listed`](crate::memo::cells::listed)) are to all threads, these are to one: they name cells that no other
//! thread may touch.
//!
//! # Invariants
//!
//! 1. A cell is listed from before its publication until its object's death or `&mut` access, both on this thread. So it is valid, with
//!    its anchor's count, as long as it is listed.
//! 2. Borrows of the lists are short, and no user code runs inside them.
//! 3. Without a cell there are no lists: they need nothing at the thread's end, and work after it (law 14). Where every thread-local has a
//!    destructor ([`keyed_thread_locals`](crate::sys::keyed_thread_locals)), the lists of objects that outlive it are lost, and others are
//!    made: a cell is looked up by its position and its address.

use std::cell::Cell;
use std::ptr::NonNull;

use crate::memo::cells::head::CellHead;
use crate::memo::cells::listed::{CellPtr, Seated};
use crate::memo::core::Core;
use crate::sys::per_thread::per_thread;

/// The lists of all memos, each at its memo's index.
#[derive(Default)]
struct Lists {
    of: Vec<Seated>,
    /// How many cells there are.
    cells: usize,
}

per_thread! {
    struct OwnCells {
        lists: Cell<*mut Lists> = Cell::new(std::ptr::null_mut()),
    }
}

/// This thread's lists, if there are any.
fn with<R>(act: impl FnOnce(&mut Lists) -> R) -> Option<R> {
    let lists = NonNull::new(OwnCells::here().lists.get())?;
    // SAFETY: only this thread's, and `act` never re-enters: it runs no user code (invariant 2).
    Some(act(unsafe { &mut *lists.as_ptr() }))
}

/// Lists a cell of `core`, which is registered. Returns its position.
pub(crate) fn add(cell: NonNull<CellHead>, core: &'static Core) -> usize {
    if OwnCells::here().lists.get().is_null() {
        OwnCells::here().lists.set(Box::into_raw(Box::default()));
    }
    let index = core.index() as usize;
    let position = with(|lists| {
        if lists.of.len() <= index {
            lists.of.resize_with(index + 1, Seated::new);
        }
        lists.cells += 1;
        let position = lists.of[index].len();
        lists.of[index].push(CellPtr(cell));
        position
    });
    position.expect("the lists were just made")
}

/// Removes a cell, which was listed at this position. The last one of its memo moves there and is returned, unless it is the same cell.
///
/// Where thread-locals have an end (invariant 3), an object that outlives it is on no list any longer.
pub(crate) fn remove(cell: NonNull<CellHead>, position: usize, core: &'static Core) -> Option<CellPtr> {
    let (moved, left) = with(|lists| {
        let seated = lists.of.get_mut(core.index() as usize)?;
        seated.at(position).filter(|there| there.0 == cell)?;
        lists.cells -= 1;
        Some((seated.swap_remove(position), lists.cells))
    })??;
    if left == 0 {
        let lists = OwnCells::here().lists.replace(std::ptr::null_mut());
        // SAFETY: made by `Box::into_raw` in `add`, and out of reach from here on.
        drop(unsafe { Box::from_raw(lists) });
    }
    moved
}

/// The cells of `core` on this thread.
pub(crate) fn of(core: &'static Core) -> Vec<CellPtr> {
    with(|lists| lists.of.get(core.index() as usize).map_or(Vec::new(), |seated| seated.iter().copied().collect()))
        .unwrap_or_default()
}
