//! Counted cells that are being made.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::CountedCell;
use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::{self, AnyCell};
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::detached_flights;
use crate::cell::racers::Racers;
use crate::memo::all_memos;
use crate::memo::cells::head::CellHead;
use crate::memo::cells::listed::Listing;
use crate::memo::cells::vtable::EntryId;
use crate::memo::core::{Core, Where};
use crate::sys::arc::Arc;
use crate::sys::sync::plain::Mutex;
use crate::value::entry::id_of;
use crate::value::store::{Counted, Store};

/// A cell that is on no anchor yet. If it is listed, `clear` finds it already.
struct NewCell<S, St> {
    cell: NonNull<CellHead>,
    core: &'static Core,
    first: Option<EntryId>,
    of: PhantomData<(S, St)>,
}

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// The cell of `core` on `anchor`, made on first use.
    pub(crate) fn find_or_add<'w>(anchor: &'w Anchor, core: &'static Core, place: Where) -> &'w Self {
        match Self::find(anchor, core) {
            Some(cell) => cell,
            None => Self::add_cell(anchor, core, place, None).unwrap_or_else(|there| there),
        }
    }

    /// A cell with an entry that is ready, on no anchor yet.
    pub(crate) fn alone(core: &'static Core, place: Where, entry: Counted<St>) -> NonNull<CellHead> {
        NewCell::<S, St>::make(core, place, Some(entry)).cell
    }

    /// Adds a cell that has its first entry from the start, which saves a lock. `Err`: another cell came first.
    ///
    /// The entry has no further weak arguments.
    pub(crate) fn add_cell<'w>(
        anchor: &'w Anchor,
        core: &'static Core,
        place: Where,
        first: Option<Counted<St>>,
    ) -> Result<&'w Self, &'w Self> {
        NewCell::make(core, place, first).publish(anchor)
    }
}

impl<S: Scope, St> NewCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    fn make(core: &'static Core, place: Where, first: Option<Counted<St>>) -> Self {
        if !core.has_cells() {
            all_memos::register(core);
            core.set_cells(const { &CountedCell::<S, St>::VTABLE }, place);
        }
        let (mut store, front) = (St::default(), St::Front::default());
        let id = first.as_ref().map(id_of);
        if let Some(first) = first {
            debug_assert!(!<St::Key as StoredKey<S>>::PEERS);
            let place = CountedCell::<S, St>::place_of(&first);
            store.insert(&front, first, place);
        }
        let cell = CountedCell::<S, St>::into_raw(Arc::new(CountedCell {
            head: CellHead::new(core),
            listing: Listing::new(),
            racers: Racers::new(),
            store: Mutex::new(store),
            front,
            scope: PhantomData,
        }));
        core.explanation().new_cell(cell.addr().get());
        // For `clear`. Cells of a thread's own table are found by walking it.
        let is_walked = S::LOCAL && place.tabled;
        if !core.site().lends && !is_walked {
            any_cell::enlist(cell, core);
        }
        Self { cell, core, first: id, of: PhantomData }
    }

    fn publish(self, anchor: &Anchor) -> Result<&CountedCell<S, St>, &CountedCell<S, St>> {
        let Err(there) = anchor.cells().add(self.cell) else {
            // SAFETY: a memo's cells are of one type, and the anchor is borrowed.
            return Ok(unsafe { any_cell::cast(self.cell) });
        };
        any_cell::delist(self.cell, self.core);
        // SAFETY: not published: still this call's.
        let this: &CountedCell<S, St> = unsafe { any_cell::cast(self.cell) };
        let first = self.first.map(|first| this.lock().remove(&this.front, first));
        // A clear meanwhile took it out as that of a flight, which ends here.
        if let Some(None) = first {
            detached_flights::ended();
        }
        drop(first);
        // SAFETY: as above.
        unsafe { any_cell::release::<CountedCell<S, St>>(self.cell) };
        // SAFETY: as for the new one.
        Err(unsafe { any_cell::cast(there) })
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;
    use crate::argument::scope::Shared;
    use crate::memo::site::Site;
    use crate::value::single::Single;
    use crate::value::slot::Slot;
    use crate::value::store::new_entries;

    const INSIDE: Where = Where { local: false, tabled: false };

    /// A clear finds a cell before it is on its anchor, where then another is.
    #[test]
    fn a_flight_that_was_cleared_in_a_cell_that_came_second_has_ended() {
        static CORE: Core = Core::new(Site::built_in("cleared"));
        let anchor = Anchor::new();
        let in_progress = detached_flights::now();
        let (entry, stored) = new_entries::<Single<u32>>(Slot::claimed(1), (), 0);
        let second = NewCell::<Shared, Single<u32>>::make(&CORE, INSIDE, Some(stored));
        crate::inspect::handle::clear(&CORE);
        assert_eq!(detached_flights::now(), in_progress + 1);
        let first = CountedCell::<Shared, Single<u32>>::find_or_add(&anchor, &CORE, INSIDE);
        let Err(found) = second.publish(&anchor) else { panic!("another came first") };
        assert!(std::ptr::eq(found, first));
        assert_eq!(detached_flights::now(), in_progress);
        entry.slot.end(crate::value::slot::NoValue::Panicked);

        // Without a clear it has not been taken for one that was.
        let (entry, stored) = new_entries::<Single<u32>>(Slot::claimed(1), (), 0);
        assert!(NewCell::<Shared, Single<u32>>::make(&CORE, INSIDE, Some(stored)).publish(&anchor).is_err());
        assert_eq!(detached_flights::now(), in_progress);
        entry.slot.end(crate::value::slot::NoValue::Panicked);
    }
}
