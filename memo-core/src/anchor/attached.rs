//! Things that an anchor has at most one of, alongside the results of memos. Each lies in a cell of a memo of its own, made on first use.
//!
//! # Invariants
//!
//! 1. Each type has a memo of its own, so a cell found by that memo is of that type.
//! 2. If two are made at once, one of them is added to the anchor, and both callers use it.

use std::ptr::NonNull;

use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::{self, AnyCell};
use crate::memo::cells::head::CellHead;
use crate::memo::cells::vtable::CellVtable;
use crate::memo::core::{Core, Where};
use crate::memo::listeners::Why;

/// A thing that an anchor may have one of.
///
/// # Safety
/// No other type has its memo.
pub(crate) unsafe trait Attached: Sized + 'static {
    /// Whether it concerns the object rather than its content. If so, it stays when the results are cleared.
    const STAYS: bool;
    /// Whether it lies in threads' own tables.
    const LOCAL: bool = false;

    /// The built-in memo of its cells.
    fn memo() -> &'static Core;
    /// Called at the end of the object, or of its results. Returns how many were dropped.
    fn on_end(&self, why: Why) -> usize;
    /// Whether that runs no user code.
    fn ends_quietly(&self) -> bool;
}

#[repr(C)]
struct Cell<T> {
    head: CellHead,
    what: T,
}

impl<T: Attached> Cell<T> {
    const VTABLE: CellVtable = CellVtable {
        release: any_cell::release::<Self>,
        end: <Self as AnyCell>::end,
        ready: any_cell::ready::<Self>,
        living: any_cell::living::<Self>,
        entries: any_cell::entries::<Self>,
        entry_size: 0,
        inert: false,
        // SAFETY: the vtable is this type's, and the caller's cell is alive.
        is_quiet: |cell| unsafe { any_cell::cast::<Self>(cell) }.what.ends_quietly(),
        stays: T::STAYS,
        shared: None,
    };
}

// SAFETY: `repr(C)`, the head first.
unsafe impl<T: Attached> AnyCell for Cell<T> {
    type Handle = Box<Self>;

    fn into_raw(handle: Box<Self>) -> NonNull<CellHead> {
        NonNull::from(Box::leak(handle)).cast()
    }

    unsafe fn from_raw(cell: NonNull<CellHead>) -> Box<Self> {
        // SAFETY: the caller's.
        unsafe { Box::from_raw(cell.cast::<Self>().as_ptr()) }
    }

    unsafe fn end(cell: NonNull<CellHead>, why: Why) -> usize {
        // SAFETY: the caller's.
        unsafe { any_cell::cast::<Self>(cell) }.what.on_end(why)
    }

    fn ready(&self) -> usize {
        0
    }
}

/// The one on this anchor, if any.
pub(crate) fn find<T: Attached>(anchor: &Anchor) -> Option<&T> {
    let cell = anchor.cells().find(T::memo())?;
    // SAFETY: a cell of this memo, and the anchor is borrowed.
    Some(&unsafe { any_cell::cast::<Cell<T>>(cell) }.what)
}

/// The one on this anchor, made on first use.
pub(crate) fn of<T: Attached>(anchor: &Anchor, make: impl FnOnce() -> T) -> &T {
    find(anchor).unwrap_or_else(|| add(anchor, make()))
}

#[cold]
fn add<T: Attached>(anchor: &Anchor, what: T) -> &T {
    T::memo().set_cells(const { &Cell::<T>::VTABLE }, Where { local: T::LOCAL, tabled: false });
    let raw = Cell::into_raw(Box::new(Cell { head: CellHead::new(T::memo()), what }));
    let there = match anchor.cells().add(raw) {
        Ok(()) => raw,
        Err(there) => {
            // SAFETY: not published: still this call's.
            unsafe { any_cell::release::<Cell<T>>(raw) };
            there
        }
    };
    // SAFETY: a cell of this memo, and the anchor is borrowed.
    &unsafe { any_cell::cast::<Cell<T>>(there) }.what
}
