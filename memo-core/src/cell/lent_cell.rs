//! The cells of lending memos without an extra key: one slot, in the cell itself.

use std::ptr::NonNull;

use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::{self, AnyCell};
use crate::anchor::side_table::found_or_made::Made;
use crate::memo::all_memos;
use crate::memo::cells::head::CellHead;
use crate::memo::cells::vtable::CellVtable;
use crate::memo::core::{Core, Where};
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::explain::spot::{Spot, Went};
use crate::memo::listeners::Why;
use crate::sys::panics::Panics;
use crate::value::slot::{Look, Slot};

/// The cell of a lending memo without extra key. Only its object refers to it; it is never enumerated.
#[repr(C)]
pub(crate) struct LentCell<V> {
    pub(crate) head: CellHead,
    pub(crate) slot: Slot<V>,
}

// SAFETY: as for a counted cell. A cell of one thread's own table is reached from that thread alone: its object does not leave it, and a
// job for it is not `Send`.
unsafe impl<V: Send + Sync> Sync for LentCell<V> {}

impl<V> LentCell<V> {
    /// Fills the slot that the caller claimed, if it `still` is. If another computation has overtaken it, the value comes back once the
    /// other's is there.
    #[inline]
    pub(crate) fn fill_claimed(&self, value: V, still: bool) -> Option<V> {
        if still {
            self.slot.fill(value);
            return None;
        }
        // The computation that overtook does nothing else before.
        while self.slot.get().is_none() {
            std::hint::spin_loop();
        }
        Some(value)
    }
}

impl<V> LentCell<V> {
    /// Where its result is, for explanations.
    pub(crate) fn spot(&self) -> Spot {
        Spot { cell: std::ptr::from_ref(self).addr(), hash: 0 }
    }
}

impl<V: 'static> LentCell<V> {
    /// A cell that has its result, of a memo that has had others.
    pub(crate) fn filled(core: &'static Core, value: V) -> NonNull<CellHead> {
        let cell = Self { head: CellHead::new(core), slot: Slot::full(value) };
        let raw = Self::into_raw(NonNull::from(Box::leak(Box::new(cell))));
        core.explanation().new_cell(raw.addr().get());
        raw
    }

    const VTABLE: CellVtable = CellVtable {
        release: any_cell::release::<Self>,
        end: <Self as AnyCell>::end,
        ready: any_cell::ready::<Self>,
        living: any_cell::living::<Self>,
        entries: any_cell::entries::<Self>,
        entry_size: size_of::<Self>(),
        inert: !std::mem::needs_drop::<V>(),
        is_quiet: |_| false,
        stays: false,
        shared: None,
    };
}

// SAFETY: `repr(C)`, the head first.
unsafe impl<V: 'static> AnyCell for LentCell<V> {
    type Handle = NonNull<Self>;

    fn into_raw(handle: NonNull<Self>) -> NonNull<CellHead> {
        handle.cast()
    }

    unsafe fn from_raw(cell: NonNull<CellHead>) -> NonNull<Self> {
        let cell = cell.cast::<Self>();
        // SAFETY: made by `Box::leak` in `find_or_add`, given back once.
        drop(unsafe { Box::from_raw(cell.as_ptr()) });
        cell
    }

    unsafe fn end(cell: NonNull<CellHead>, why: Why) -> usize {
        // SAFETY: promised by the caller: nobody else reaches a cell without a count.
        let this = unsafe { &mut *cell.cast::<Self>().as_ptr() };
        let Some(value) = this.slot.vacate() else { return 0 };
        let memo = this.head.memo();
        counters::count(memo, why.count, 1);
        if why.count == Count::Cleared {
            memo.explanation().went(this.spot(), Went::Cleared);
        }
        if memo.tells(why) {
            let mut panics = Panics::default();
            memo.tell(why, &value, &mut panics);
            panics.drop(value);
            panics.resume();
        }
        1
    }

    fn ready(&self) -> usize {
        usize::from(self.slot.get().is_some())
    }
}

/// A cell that has its result.
pub(crate) struct Filled<'w, V>(&'w LentCell<V>);

impl<'w, V> Filled<'w, V> {
    /// The result. Asked for last: then its place in the cell costs nothing.
    #[inline(always)]
    pub(crate) fn value(self) -> &'w V {
        // SAFETY: `find_filled` has seen that it is filled.
        unsafe { self.0.slot.value_ref() }
    }
}

/// The cell of `core` on `anchor`, if it has its result.
#[inline]
pub(crate) fn find_filled<'w, V: 'static>(core: &'static Core, anchor: &'w Anchor) -> Option<Filled<'w, V>> {
    let cell = anchor.cells().find_filled(core)?;
    // A head of this memo that is not vacant was set so after its slot was filled, and was read with `Acquire`.
    // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
    Some(Filled(unsafe { any_cell::cast::<LentCell<V>>(cell) }))
}

/// The cell of `core` on `anchor`.
#[inline]
pub(crate) fn find<'w, V: 'static>(core: &'static Core, anchor: &'w Anchor) -> Option<&'w LentCell<V>> {
    let cell = anchor.cells().find(core)?;
    // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
    Some(unsafe { any_cell::cast::<LentCell<V>>(cell) })
}

/// The cell of `core` on an anchor that is the caller's alone, vacant from now on.
fn vacated<'w, V: 'static>(core: &'static Core, anchor: &'w mut Anchor) -> Option<&'w mut LentCell<V>> {
    let cell = anchor.cells().find(core)?;
    // SAFETY: the cell of a living anchor.
    unsafe { cell.as_ref() }.set_vacant();
    // SAFETY: a memo's cells are of one type, and nothing else reaches this one: only its anchor refers to it.
    Some(unsafe { &mut *cell.cast::<LentCell<V>>().as_ptr() })
}

/// Takes the result of `core` out of an anchor.
pub(crate) fn take<V: 'static>(core: &'static Core, anchor: &mut Anchor) -> Option<V> {
    vacated::<V>(core, anchor)?.slot.vacate()
}

/// Puts a result into an anchor, and returns the old one.
pub(crate) fn replace<V: 'static>(core: &'static Core, place: Where, anchor: &mut Anchor, value: V) -> Option<V> {
    if let Some(cell) = vacated::<V>(core, anchor) {
        let old = cell.slot.replace(value);
        cell.head.set_filled();
        return old;
    }
    let made = Made { anchor, room: None, fresh: false };
    find_or_add(core, place, made, || (Slot::full(value), Look::Ready)).0.head.set_filled();
    None
}

/// The cell of `core` on `anchor`, made on first use with `slot`; its maker also gets the look that `slot` returned.
#[inline(always)]
pub(crate) fn find_or_add<'w, V: 'static>(
    core: &'static Core,
    place: Where,
    Made { anchor, room, .. }: Made<'w>,
    slot: impl FnOnce() -> (Slot<V>, Look),
) -> (&'w LentCell<V>, Option<Look>) {
    if let Some(cell) = find(core, anchor) {
        return (cell, None);
    }
    if !core.has_cells() {
        all_memos::register(core);
        core.set_cells(const { &LentCell::<V>::VTABLE }, place);
    }
    let (slot, look) = slot();
    let cell = LentCell::<V> { head: CellHead::vacant(core), slot };
    // A small first result is stored beside its anchor, without an allocation of its own.
    let raw = match room {
        // SAFETY: room was requested because the cell fits, and this call made the node.
        Some(room) => unsafe { room.put(cell) },
        None => LentCell::into_raw(NonNull::from(Box::leak(Box::new(cell)))),
    };
    core.explanation().new_cell(raw.addr().get());
    let (there, look) = match anchor.cells().add(raw) {
        Ok(()) => (raw, Some(look)),
        Err(there) => {
            if room.is_none() {
                // SAFETY: not published, so nobody else has it.
                unsafe { any_cell::release::<LentCell<V>>(raw) };
            }
            (there, None)
        }
    };
    // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
    (unsafe { any_cell::cast::<LentCell<V>>(there) }, look)
}
