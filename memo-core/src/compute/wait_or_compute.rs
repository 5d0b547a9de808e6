//! A call that was not a plain hit searches for its result: it finds it, waits for it, or has to compute it.

use std::panic::Location;

use super::as_task::search::to_end;
use super::explained::{self, Met};
use super::frames::Task;
use super::job::{Job, Role, note_miss, task_of};
use super::rings;
use super::search::{Search, parked};
use super::way::{TaskCall, Way};
use crate::anchor::anchor::Anchor;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyIn, KeyOf, Spec, TimingOf, ValueOf};
use crate::cell::racers::Race;
use crate::memo::core::Core;
use crate::memo::cycle::Cycle;
use crate::reclaim::outermost_call::Call;
use crate::sys::thread;
use crate::value::entry::Meta;
use crate::value::slot::{Flight, Look, Slot, Waited};
use crate::value::store::{Store, new_entries, new_entry};
use crate::value::timing::Timing;

/// The outcome of a search.
pub(crate) enum Begun<'w, M: Spec, W: Way = Call> {
    /// The entry has its value.
    Ready {
        entry: EntryOf<M>,
        /// The cell it is in.
        cell: &'w CellOf<M>,
        /// Found at once. Not counted yet: a result whose `Clone` panics is no hit.
        hit: bool,
        call: W,
    },
    Compute(Job<'w, M, W>),
    /// The call closes a ring, and its memo has a value for that.
    Ring(Box<Cycle>),
}

/// The extra key of a call, to who knows only the types of the memo: a thread's search is compiled once for all keys that lead to an entry.
trait Sought<M: Spec> {
    /// Whether the stored key is this one.
    fn is(&self, stored: &KeyIn<M>) -> bool;
    /// Makes the form to keep.
    fn stored(&self) -> KeyIn<M>;
}

impl<M: Spec, K: KeyOf<M>> Sought<M> for K {
    fn is(&self, stored: &KeyIn<M>) -> bool {
        self.matches(stored)
    }

    fn stored(&self) -> KeyIn<M> {
        self.to_stored()
    }
}

/// The search among the entries of a counted cell.
struct Entries<'w, 'k, M: Spec, K: ?Sized, W: Way = Call> {
    place: At<'w, M>,
    cell: &'w CellOf<M>,
    key: &'k K,
    keys: Keys,
    hash: u64,
    me: u32,
    /// Whether a miss was counted.
    missed: bool,
    /// Whether this call has made the cell.
    fresh: bool,
    /// Whether the miss was explained, or need not be.
    explained: bool,
    /// Set if the call computes beside others.
    race: Option<Race<'w>>,
    /// The entry of a faster call. Looked at directly: with a key whose `matches_stored` and stored form disagree, the
    /// search would neither find nor add it, and would never end.
    faster: Option<EntryOf<M>>,
    awaited: Option<(EntryOf<M>, Flight)>,
    /// Whether the entry of the faster call has what this one has waited for.
    waited_for: bool,
    /// `None` once it is handed on. Last: the call pays its debt when all else is done.
    call: Option<W>,
}

/// Finds the entry, waits for it, or leaves it to this call to compute. `anchor` is the owner's, if it was found.
///
/// Inlined, so that a job is made where it stays: handing it on costs more than making it. (Not in unoptimised builds, for the sake of
/// the stack.)
#[cfg_attr(not(debug_assertions), inline(always))]
#[track_caller]
pub(crate) fn begin<'w, M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
    hash: u64,
) -> Begun<'w, M> {
    let call = Call::enter();
    let anchor = match anchor {
        Some(anchor) => anchor,
        None => place.make(),
    };
    let single_flight = core.site().single_flight;
    let me = thread::number();
    let (mut missed, mut fresh) = (false, false);
    let cell = match CellOf::<M>::find(anchor, core) {
        Some(cell) => cell,
        // The first call on this owner: its entry is in the cell from the start.
        None if single_flight && M::Store::FRONTED => {
            missed = true;
            note_miss(core);
            let (entry, stored) = new_entries::<M::Store>(Slot::claimed(me), key.to_stored(), hash);
            match CellOf::<M>::add_cell(anchor, core, At::<M>::WHERE, Some(stored)) {
                Ok(cell) => {
                    explain::<M>(cell, &entry, Met::NewObject);
                    return Begun::Compute(Job::new(place, cell, entry, keys::<M, K>(), Role::Lead, call));
                }
                Err(theirs) => theirs,
            }
        }
        None => {
            fresh = true;
            CellOf::<M>::find_or_add(anchor, core, At::<M>::WHERE)
        }
    };
    let mut faster = None;
    if K::TRUSTED && single_flight {
        // The caller has just looked, and this looks again, under the very lock that it adds under.
        rings::guard_again(core, cell.address(), hash);
        let (entry, stored) = new_entries::<M::Store>(Slot::claimed(me), key.to_stored(), hash);
        match cell.add_new(&entry, stored) {
            Ok(()) => {
                if !missed {
                    note_miss(core);
                }
                explain::<M>(cell, &entry, if fresh { Met::NewObject } else { Met::Nothing });
                return Begun::Compute(Job::new(place, cell, entry, keys::<M, K>(), Role::Lead, call));
            }
            // Kept before the own entry is dropped: its key's destructor may panic, and a return value would leak.
            Err(theirs) => faster = Some(theirs),
        }
    }
    let race = if single_flight { None } else { Some(cell.race(hash)) };
    search::<M>(Entries {
        place,
        cell,
        key,
        keys: keys::<M, K>(),
        hash,
        me,
        missed,
        fresh,
        explained: !core.explanation().is_on(),
        race,
        faster,
        awaited: None,
        waited_for: false,
        call: Some(call),
    })
}

/// Explains a miss that needs no search, where that is asked for.
#[inline(always)]
#[track_caller]
fn explain<M: Spec>(cell: &CellOf<M>, entry: &EntryOf<M>, met: Met) {
    if cell.core().explanation().is_on() {
        explained::missed::<M>(cell, entry, Keys::Trusted, met, Some(Location::caller()));
    }
}

/// What few misses come to: so the others need not make room for it.
#[cold]
#[inline(never)]
#[track_caller]
fn search<'w, 'k, M: Spec>(entries: Entries<'w, 'k, M, dyn Sought<M> + 'k>) -> Begun<'w, M> {
    parked(entries)
}

/// The same search as a future. The search for a cell without an extra key is the same.
pub(crate) async fn begin_as_task<'w, M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> Begun<'w, M, TaskCall> {
    let search = {
        let _call = Call::enter();
        let call = TaskCall::new();
        let anchor = place.find().unwrap_or_else(|| place.make());
        let found = CellOf::<M>::find(anchor, core);
        let fresh = found.is_none();
        let cell = found.unwrap_or_else(|| CellOf::<M>::find_or_add(anchor, core, At::<M>::WHERE));
        // The first cell registers the memo, which the environment may have named.
        let explained = !core.explanation().is_on();
        let hash = key.hash();
        let race = (!core.site().single_flight).then(|| cell.race(hash));
        let (me, faster, awaited) = (call.number(), None, None);
        Entries {
            place,
            cell,
            key: &key,
            keys: keys::<M, K>(),
            hash,
            me,
            missed: false,
            fresh,
            explained,
            race,
            faster,
            awaited,
            waited_for: false,
            call: Some(call),
        }
    };
    to_end(search).await
}

const fn keys<M: Spec, K: KeyOf<M>>() -> Keys {
    const { Keys::of::<M::Scope, K>() }
}

impl<'w, M: Spec, K: Sought<M> + ?Sized, W: Way> Search for Entries<'w, '_, M, K, W> {
    type Found = Begun<'w, M, W>;
    type Value = ValueOf<M>;

    #[inline(always)]
    #[track_caller]
    fn step(&mut self) -> Option<Begun<'w, M, W>> {
        loop {
            let found = match self.faster.take() {
                None => self.cell.seek(self.hash, self.keys, &mut |stored| self.key.is(stored)),
                found => found,
            };
            let Some(found) = found else {
                self.miss();
                if let Some(begun) = self.add() {
                    return Some(begun);
                }
                continue;
            };
            match found.slot.look() {
                Look::Ready => {
                    // What was waited for is returned, whatever its age.
                    if <TimingOf<M>>::EXPIRES && !std::mem::take(&mut self.waited_for) {
                        let (timing, now) = (found.meta.timing(), CellOf::<M>::now());
                        if timing.is_to_be_renewed(now) {
                            return Some(self.renew(found));
                        }
                        if timing.is_over(now) {
                            self.cell.expire(&found);
                            continue;
                        }
                    }
                    let (cell, hit, call) = (self.cell, !self.missed, self.end());
                    return Some(Begun::Ready { entry: found, cell, hit, call });
                }
                Look::Busy(flight) => {
                    if let Some(race) = self.race.take() {
                        // A `refresh` is in flight, or a call after a rejected one, or a suspended one: compute beside it.
                        // It may be the last count, and a job that is being returned would leak if a destructor panicked.
                        self.explain(&found, Met::InFlight);
                        drop(found);
                        return Some(self.compute_beside(race));
                    }
                    if flight.thread == self.me {
                        if let Some(ring) = rings::refuse_ring(self.cell.core(), self.task(&found, false)) {
                            self.miss();
                            return Some(self.closes(ring));
                        }
                        self.race = Some(self.cell.race(self.hash));
                        self.faster = Some(found);
                        continue;
                    }
                    self.miss();
                    self.explain(&found, Met::InFlight);
                    self.awaited = Some((found, flight));
                    return None;
                }
                // The flight has just ended without a value; its entry was taken out before, so the next look does not find it.
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
            Waited::Ready => {
                if let Some((entry, _)) = awaited {
                    self.faster = Some(entry);
                }
                self.waited_for = true;
            }
            Waited::Again => {}
            Waited::Alone => self.race = Some(self.cell.race(self.hash)),
        }
    }

    fn closes(&mut self, ring: Cycle) -> Begun<'w, M, W> {
        // It may be the last count by now.
        drop(self.awaited.take());
        Begun::Ring(Box::new(ring))
    }
}

impl<'w, M: Spec, K: Sought<M> + ?Sized, W: Way> Entries<'w, '_, M, K, W> {
    fn task(&self, entry: &EntryOf<M>, races: bool) -> Task {
        task_of::<M>(self.cell, entry, races)
    }

    /// Counts a miss, once.
    fn miss(&mut self) {
        if !std::mem::replace(&mut self.missed, true) {
            note_miss(self.cell.core());
        }
    }

    /// Explains the miss, once, where that is asked for.
    #[inline]
    #[track_caller]
    fn explain(&mut self, entry: &EntryOf<M>, met: Met) {
        if !std::mem::replace(&mut self.explained, true) {
            // A task is polled by its executor.
            let at = if W::IS_TASK { None } else { Some(Location::caller()) };
            explained::missed::<M>(self.cell, entry, self.keys, met, at);
        }
    }

    /// The same of a key that is not there. Before others may wait for its entry: the user's `Eq` may be asked.
    #[inline]
    #[track_caller]
    fn explain_new(&mut self, entry: &EntryOf<M>) {
        self.explain(entry, if self.fresh { Met::NewObject } else { Met::Nothing });
    }

    /// A new entry, claimed by this call.
    fn entry(&self) -> EntryOf<M> {
        new_entry::<M::Store>(Slot::claimed(self.me), self.key.stored(), self.hash)
    }

    /// Adds an entry for the call to compute, unless another was added meanwhile: that one is looked at next.
    #[inline(always)]
    #[track_caller]
    fn add(&mut self) -> Option<Begun<'w, M, W>> {
        if let Some(race) = self.race.take() {
            return Some(self.compute_beside(race));
        }
        rings::guard_again(self.cell.core(), self.cell.address(), self.hash);
        let entry = self.entry();
        self.explain_new(&entry);
        match self.cell.add(&entry, self.keys) {
            Ok(()) => Some(self.compute(entry, Role::Lead)),
            // Kept before the own entry is dropped: its key's destructor may panic, and a return value would leak.
            Err(theirs) => {
                self.faster = Some(theirs);
                None
            }
        }
    }

    #[track_caller]
    fn compute_beside(&mut self, mut race: Race<'w>) -> Begun<'w, M, W> {
        let entry = self.entry();
        self.explain_new(&entry);
        race.note(self.cell.forgets(&entry));
        rings::guard_depth(self.cell.core(), self.task(&entry, true));
        self.compute(entry, Role::Race(race))
    }

    /// Computes beside the old result, which others still get.
    #[cold]
    #[track_caller]
    fn renew(&mut self, old: EntryOf<M>) -> Begun<'w, M, W> {
        self.miss();
        self.explain(&old, Met::Stale);
        let call = self.end();
        let mut job = Job::beside(self.place, self.cell, self.key.stored(), self.hash, self.keys, Some(old), call);
        job.falls_back();
        Begun::Compute(job)
    }

    fn compute(&mut self, entry: EntryOf<M>, role: Role<'w, M>) -> Begun<'w, M, W> {
        self.miss();
        let call = self.end();
        Begun::Compute(Job::new(self.place, self.cell, entry, self.keys, role, call))
    }

    fn end(&mut self) -> W {
        self.call.take().expect("a search ends once")
    }
}
