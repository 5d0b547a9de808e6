//! A call that was not a plain hit looks for its result: it is there, or is waited for, or the call has to compute it.
//!
//! A search goes on by steps, and waits for nobody itself: between two steps it says which flight is to be waited for. How one waits
//! is the caller's: [`parked`] parks the thread.

use super::frames::Task;
use super::job::{Job, Role, note_miss, task_of};
use super::rings;
use super::wait_graph;
use crate::anchor::anchor::Anchor;
use crate::cell::counted_cell::Keys;
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyOf, Spec, ValueOf};
use crate::cell::racers::Race;
use crate::memo::core::Core;
use crate::memo::counter_block::Count;
use crate::memo::counters;
use crate::reclaim::outermost_call::Call;
use crate::sys::thread;
use crate::value::slot::{Flight, Look, Slot, Waited};
use crate::value::store::{Store, new_entries, new_entry};

/// A look for a result.
pub(crate) trait Search {
    /// What is found.
    type Found;
    type Value;

    /// Goes on. `None`: not before somebody else's flight has ended.
    #[track_caller]
    fn step(&mut self) -> Option<Self::Found>;

    /// That flight, of this memo, and its slot.
    fn awaited(&self) -> (&'static Core, &Slot<Self::Value>, Flight);

    /// How it ended.
    fn waited(&mut self, how: Waited);
}

/// Searches to the end. This thread parks where it has to wait.
#[inline(always)]
#[track_caller]
pub(crate) fn parked<S: Search>(mut search: S) -> S::Found {
    loop {
        if let Some(found) = search.step() {
            return found;
        }
        let (core, slot, flight) = search.awaited();
        counters::count(core, Count::Waits, 1);
        let how = wait_graph::wait(core, slot, flight);
        search.waited(how);
    }
}

/// What such a call finds.
pub(crate) enum Begun<'w, M: Spec> {
    /// The entry has its value.
    Ready {
        entry: EntryOf<M>,
        /// The cell it is in.
        cell: &'w CellOf<M>,
        /// It was there at once. Not counted yet: a copy that cannot be made is no hit.
        hit: bool,
        call: Call,
    },
    Compute(Job<'w, M>),
}

/// The search among the entries of a counted cell.
pub(crate) struct Entries<'w, 'k, M: Spec, K> {
    place: At<'w, M>,
    cell: &'w CellOf<M>,
    key: &'k K,
    hash: u64,
    me: u32,
    /// Whether a miss was counted.
    missed: bool,
    /// The caller has just looked, and who adds looks again under the very lock that it adds under.
    looked: bool,
    /// The call computes beside others.
    race: Option<Race<'w>>,
    /// The entry that another call was faster with. Looked at as it is: a key whose `matches_stored` and stored form disagree would be
    /// sought, not found, and not added, for ever.
    faster: Option<EntryOf<M>>,
    awaited: Option<(EntryOf<M>, Flight)>,
    /// Until it is handed on. Last: what the call owes is paid when all else is done.
    call: Option<Call>,
}

/// Finds the entry, waits for it, or becomes the one who computes it. `anchor` is the owner's, if it was found.
#[track_caller]
pub(crate) fn begin<'w, M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
    hash: u64,
) -> Begun<'w, M> {
    let call = Call::enter();
    let anchor = anchor.unwrap_or_else(|| place.make());
    let single_flight = core.site().single_flight;
    let me = thread::number();
    let mut missed = false;
    let cell = match CellOf::<M>::find(anchor, core) {
        Some(cell) => cell,
        // The first call of all: its entry is in the cell from the start.
        None if single_flight && M::Store::FRONTED => {
            missed = true;
            note_miss(core);
            let (entry, stored) = new_entries::<M::Store>(Slot::claimed(me), key.to_stored(), hash);
            match CellOf::<M>::add_cell(anchor, core, At::<M>::WHERE, Some(stored)) {
                Ok(cell) => {
                    return Begun::Compute(Job::new(place, cell, entry, keys::<M, K>(), Role::Lead, call));
                }
                Err(theirs) => theirs,
            }
        }
        None => CellOf::<M>::find_or_add(anchor, core, At::<M>::WHERE),
    };
    let race = (!single_flight).then(|| cell.race(hash));
    let looked = K::TRUSTED && single_flight;
    let (faster, awaited, call) = (None, None, Some(call));
    parked(Entries { place, cell, key, hash, me, missed, looked, race, faster, awaited, call })
}

const fn keys<M: Spec, K: KeyOf<M>>() -> Keys {
    const { Keys::of::<M::Scope, K>() }
}

impl<'w, M: Spec, K: KeyOf<M>> Search for Entries<'w, '_, M, K> {
    type Found = Begun<'w, M>;
    type Value = ValueOf<M>;

    #[inline(always)]
    #[track_caller]
    fn step(&mut self) -> Option<Begun<'w, M>> {
        loop {
            let at_once = std::mem::take(&mut self.looked);
            let found = match self.faster.take() {
                None if !at_once => self.cell.seek(self.hash, keys::<M, K>(), |stored| self.key.matches(stored)),
                found => found,
            };
            let Some(found) = found else {
                // Of one that is added at once it is not yet known whether it is a hit.
                if !at_once {
                    self.miss();
                }
                if let Some(begun) = self.add() {
                    return Some(begun);
                }
                continue;
            };
            match found.slot.look() {
                Look::Ready => {
                    let (cell, hit, call) = (self.cell, !self.missed, self.call.take()?);
                    return Some(Begun::Ready { entry: found, cell, hit, call });
                }
                Look::Busy(flight) => {
                    if let Some(race) = self.race.take() {
                        // A `refresh` is on its way, or a flight after a rejected one, or a suspended one: compute beside it.
                        return Some(self.compute_beside(race));
                    }
                    if flight.thread == self.me {
                        rings::refuse_ring(self.cell.core(), self.task(&found, false));
                        self.race = Some(self.cell.race(self.hash));
                        self.faster = Some(found);
                        continue;
                    }
                    self.miss();
                    self.awaited = Some((found, flight));
                    return None;
                }
                // Its flight has just ended without a value; it was taken out before that, so the next look misses it.
                Look::Over | Look::Claimed => {}
            }
        }
    }

    fn awaited(&self) -> (&'static Core, &Slot<ValueOf<M>>, Flight) {
        let (entry, flight) = self.awaited.as_ref().expect("a step has said so");
        (self.cell.core(), &entry.slot, *flight)
    }

    fn waited(&mut self, how: Waited) {
        let awaited = self.awaited.take();
        match how {
            Waited::Ready => self.faster = awaited.map(|(entry, _)| entry),
            Waited::Again => {}
            Waited::Alone => self.race = Some(self.cell.race(self.hash)),
        }
    }
}

impl<'w, M: Spec, K: KeyOf<M>> Entries<'w, '_, M, K> {
    fn task(&self, entry: &EntryOf<M>, races: bool) -> Task {
        task_of::<M>(self.cell, entry, races)
    }

    /// Counts a miss, once.
    fn miss(&mut self) {
        if !std::mem::replace(&mut self.missed, true) {
            note_miss(self.cell.core());
        }
    }

    /// An entry of the call's own, which it computes.
    fn entry(&self) -> EntryOf<M> {
        new_entry::<M::Store>(Slot::claimed(self.me), self.key.to_stored(), self.hash)
    }

    /// Adds an entry for the call to compute, unless another is there by now: the next to be looked at.
    #[inline(always)]
    #[track_caller]
    fn add(&mut self) -> Option<Begun<'w, M>> {
        if let Some(race) = self.race.take() {
            return Some(self.compute_beside(race));
        }
        rings::guard_again(self.cell.core(), self.cell.address(), self.hash);
        let entry = self.entry();
        match self.cell.add(&entry, keys::<M, K>()) {
            Ok(()) => Some(self.compute(entry, Role::Lead)),
            // Put away before the own entry goes: its key's destructor may panic, and what a function is about to return would leak.
            Err(theirs) => {
                self.faster = Some(theirs);
                None
            }
        }
    }

    #[track_caller]
    fn compute_beside(&mut self, race: Race<'w>) -> Begun<'w, M> {
        let entry = self.entry();
        rings::guard_depth(self.cell.core(), self.task(&entry, true));
        self.compute(entry, Role::Race(race))
    }

    fn compute(&mut self, entry: EntryOf<M>, role: Role<'w>) -> Begun<'w, M> {
        self.miss();
        let call = self.call.take().expect("a search ends once");
        Begun::Compute(Job::new(self.place, self.cell, entry, keys::<M, K>(), role, call))
    }
}
