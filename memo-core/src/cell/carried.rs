//! Results that a clone of their object takes along (`carry`).
//!
//! # Invariants
//!
//! 1. A memo that carries has no extra key, and its objects have their anchors inside: so an entry is linked to no other argument, and no cell is in a table.
//! 2. `Clone` of a value is user code. It runs with no lock held, before there is anything of the new cell: if it panics, nothing is to be undone.
//!    Meanwhile the value stays: one that is lent since its anchor is borrowed, any other since a count of its entry is held.

use std::ptr::NonNull;

use super::counted_cell::CountedCell;
use super::counted_cell::seek::Keys;
use super::lent_cell::LentCell;
use crate::anchor::any_cell;
use crate::argument::scope::Scope;
use crate::memo::cells::head::CellHead;
use crate::memo::core::Where;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::sys::panics::OnItsWay;
use crate::value::slot::Slot;
use crate::value::store::{Store, new_entry};

/// For a memo that lends.
///
/// # Safety
/// As [`Carry`](crate::memo::core::Carry). The memo lends `V`s.
pub(crate) unsafe fn lent<V: Clone + 'static>(cell: NonNull<CellHead>) -> Option<NonNull<CellHead>> {
    // SAFETY: the caller's.
    let there: &LentCell<V> = unsafe { any_cell::cast(cell) };
    let copy = there.slot.get()?.clone();
    let core = there.head.memo();
    counters::count(core, Count::Inserts, 1);
    Some(LentCell::filled(core, copy))
}

/// For a memo that returns by clone.
///
/// # Safety
/// As [`Carry`](crate::memo::core::Carry). The memo's scope is `S`, and it stores in an `St`.
pub(crate) unsafe fn counted<S: Scope, St>(cell: NonNull<CellHead>) -> Option<NonNull<CellHead>>
where
    St: Store<Key = (), Value: Clone> + 'static,
{
    // SAFETY: the caller's.
    let there: &CountedCell<S, St> = unsafe { any_cell::cast(cell) };
    let entry = there.seek_ready(0, Keys::Trusted, &mut |()| true)?;
    let copy = entry.slot.get().cloned().map(OnItsWay::new);
    // This may be the last count, and the destructor of the value may panic.
    drop(entry);
    let core = there.core();
    let new = new_entry::<St>(Slot::full(copy?.arrive()), (), 0);
    // Before others can remove it: the cell is listed at once.
    counters::count(core, Count::Inserts, 1);
    Some(CountedCell::<S, St>::alone(core, Where { local: S::LOCAL, tabled: false }, new))
}
