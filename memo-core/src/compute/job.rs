//! A call that has to compute: from the miss to the published result.

use std::mem::{ManuallyDrop, offset_of};

use super::as_task::body::{Duty, Flight};
use super::before_body::{Counts, Notes};
use super::explained;
use super::frames::{self, HeldKey, Running, Task};
use super::rings;
use super::wait_graph;
use super::way::{TaskCall, Way};
use crate::argument::key::{StoredKey, show_whole};
use crate::argument::scope::Scope;
use crate::cell::counted_cell::remove::tell_and_drop;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyIn, NowOf, Spec, TimingOf, UntilOf, ValueOf};
use crate::cell::racers::Race;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::explain::spot::Went;
use crate::reclaim::account;
use crate::reclaim::expiry;
use crate::reclaim::leak_audit;
use crate::reclaim::outermost_call::Call;
use crate::sys::panics::{OnItsWay, Panics, drop_quietly};
use crate::sys::thread;
use crate::value::entry::Meta;
use crate::value::look::EntryIn;
use crate::value::slot::{Look, NoValue, Slot};
use crate::value::store::{Counted, Evicted, Store, Taken, new_entry};
use crate::value::timing::Timing;

/// Begins a computation: a frame on this thread, sometimes timed. `stack` is an address on the stack that it runs on.
#[inline(never)]
fn start<W: Way>(core: &'static Core, task: &Task, stack: usize, notes: Option<&Notes>) -> W::Running {
    W::start(core, task, stack, notes)
}

/// Begins the computation of a result without extra key.
#[inline]
pub(crate) fn start_bare<W: Way>(core: &'static Core, task: &Task, stack: usize, strong: Option<usize>) -> W::Running {
    match strong {
        Some(_) => start::<W>(core, task, stack, Some(&Notes { strong, others: Counts::default() })),
        None => start::<W>(core, task, stack, None),
    }
}

/// Ends a computation whose body has returned, and gives back its notes.
#[inline(never)]
pub(crate) fn stop<W: Way>(core: &'static Core, running: W::Running) -> Option<Notes> {
    let (timed, notes) = W::end(running);
    if let Some(timed) = timed {
        // A body may await several at a time.
        timed.count(core, if W::IS_TASK { None } else { frames::memo_around() });
    }
    notes
}

fn counts_of<M: Spec>(entry: &EntryOf<M>) -> Counts {
    let mut counts = Counts::default();
    if <KeyIn<M> as StoredKey<M::Scope>>::PEERS {
        let mut free = counts.iter_mut();
        entry.meta.key().each_peer(&mut |peer| {
            if let Some(count) = free.next() {
                *count = peer.strong_count().unwrap_or(0);
            }
        });
    }
    counts
}

/// Looks at the other weak arguments after the call (law 16), in memos of all threads.
fn look_at_others<M: Spec>(core: &'static Core, entry: &EntryOf<M>, before: &Counts) {
    if M::Scope::LOCAL || !<KeyIn<M> as StoredKey<M::Scope>>::PEERS {
        return;
    }
    let mut before = before.iter().copied().enumerate();
    entry.meta.key().each_peer(&mut |peer| match before.next() {
        Some((position, before)) if before > 0 => leak_audit::look_at_other(core, peer, position, before),
        _ => {}
    });
}

/// Whether the owner, or another weak argument that the stored key names, is at this address. A caller that finds the
/// key again borrows what the key names.
pub(crate) fn is_argument<M: Spec>(place: At<'_, M>, stored: &KeyIn<M>, address: usize) -> bool {
    let mut found = place.life().is_some_and(|(subject, _)| subject.address == address);
    if !found {
        stored.each_peer(&mut |peer| found |= peer.object() == Some(address));
    }
    found
}

/// Counts a miss; the call owes some sweeping for it.
pub(crate) fn note_miss(core: &'static Core) {
    counters::count(core, Count::Misses, 1);
    account::owe();
}

/// Who this call computes for.
pub(super) enum Role<'c, M: Spec> {
    /// For all: it leads. Its entry is in the store, claimed, and others wait for it.
    Lead,
    /// For itself: it races. Its entry is private until the result is there (`single_flight = false`, or a flight was rejected before).
    Race(Race<'c>),
    /// For all, while they go on with the old result: its entry is private until it takes the old one's place.
    Renew(Box<Renewing<'c, M>>),
    /// For those who wait: its result is not kept, and its entry is out of the store.
    Withdrawn,
    /// Its slot is filled, or about to be, and its compute counted; the store is not counted yet.
    Filled,
    /// Waiters have been notified.
    Done,
}

/// What a call has that computes beside an old result. Boxed, since it is rare and must not take stack below a body.
pub(super) struct Renewing<'c, M: Spec> {
    race: Race<'c>,
    old: Option<EntryOf<M>>,
    /// Whether the caller gets the old result if the new one is not kept.
    falls_back: bool,
    /// Of a task: whether its user code runs, or is parked.
    runs: bool,
}

/// A call that computes an entry of a counted cell.
pub(crate) struct Job<'w, M: Spec, W: Way = Call> {
    place: At<'w, M>,
    cell: &'w CellOf<M>,
    /// `None` once it is published.
    entry: Option<EntryOf<M>>,
    keys: Keys,
    role: Role<'w, M>,
    /// From `start` to `stop`.
    running: Option<W::Running>,
    /// The entry that a refresh replaced. Dropped after the new result is published: its `Drop` may ask for that.
    _replaced: Replaced<M::Store>,
    /// Last: the call pays its debt when all else is done.
    way: W,
}

/// The entry that a refresh replaced: boxed, since it is rare and must not take stack below a body.
pub(crate) struct Replaced<St: Store>(Option<Box<(&'static Core, Taken<St>)>>);

impl<St: Store> Replaced<St> {
    pub(crate) fn by(core: &'static Core, old: Option<Taken<St>>) -> Self {
        match old {
            Some(old) => Self(Some(Box::new((core, old)))),
            None => Self(None),
        }
    }
}

impl<St: Store> Drop for Replaced<St> {
    #[inline]
    fn drop(&mut self) {
        if let Some(replaced) = self.0.take() {
            drop_replaced(*replaced);
        }
    }
}

#[cold]
#[inline(never)]
fn drop_replaced<St: Store>((core, old): (&'static Core, Taken<St>)) {
    tell_and_drop(core, Count::Replaced.into(), old);
}

fn entry_of<St: Store>(entry: &Option<Counted<St>>) -> &Counted<St> {
    entry.as_ref().expect("a job has its entry until it is published")
}

/// The moment at which a result is stored, and its deadlines.
pub(crate) struct When<M: Spec> {
    pub(crate) now: NowOf<M>,
    pub(crate) until: UntilOf<M>,
}

impl<M: Spec> When<M> {
    /// The clock and the spans are the user's, and may panic: this comes before others get to see the value.
    #[inline]
    pub(crate) fn of(core: &Core, entry: &EntryOf<M>) -> Self {
        let now = CellOf::<M>::now();
        Self { now, until: TimingOf::<M>::until(&core.site().times, now, frames::slot_address(&entry.slot)) }
    }
}

/// Ends a flight without a value, unless this guard is forgotten.
struct Unfilled<'e, V>(&'e Slot<V>);

impl<V> Drop for Unfilled<'_, V> {
    fn drop(&mut self) {
        self.0.end(NoValue::Panicked);
    }
}

/// The outcome of publishing a computed value.
pub(crate) enum Published<St: Store> {
    /// The value is in the call's own entry.
    Ours {
        /// `None`: it was left to the store.
        entry: Option<Counted<St>>,
        /// Others find it.
        stored: bool,
    },
    /// A racer's entry, which everybody gets.
    Theirs {
        /// The racer's.
        entry: Counted<St>,
        /// The value was put there. Else the racer was first.
        stored: bool,
    },
}

/// The task of computing an entry.
pub(crate) fn task_of<M: Spec>(cell: &CellOf<M>, entry: &EntryOf<M>, races: bool) -> Task {
    let hold_key = if M::Store::FRONTED { None } else { Some(hold_key::<M> as unsafe fn(usize) -> HeldKey) };
    // For `hold_key`.
    let _ = Counted::<M::Store>::as_ptr(entry).expose_provenance();
    let (slot, hash) = (frames::slot_address(&entry.slot), entry.meta.hash());
    Task { slot, flight: 0, cell: cell.address(), hash, races, hold_key }
}

/// Holds the entry of a slot, to write its key when no lock is held.
///
/// # Safety
/// `slot` is the address of the slot of an entry that [`task_of`] was given, and that has a count.
unsafe fn hold_key<M: Spec>(slot: usize) -> HeldKey {
    let entry = slot - offset_of!(EntryIn<M::Store>, slot);
    let entry = std::ptr::with_exposed_provenance(entry);
    // SAFETY: the caller's. Its count stays its own.
    let entry = ManuallyDrop::new(unsafe { Counted::<M::Store>::from_raw(entry) });
    let held = Counted::<M::Store>::clone(&entry);
    Box::new(move || {
        let mut panics = Panics::default();
        let text = panics.run(|| show_whole::<M::Scope, _>(held.meta.key()));
        // This may be the last count by now.
        panics.drop(held);
        panics.swallow();
        text
    })
}

/// Makes way for a result that is to be lent and therefore must be stored: waits for the flight of `theirs`, an
/// entry with the same key. Its result is the one to lend; if it ends without one, the caller's own is. A flight that
/// is suspended on this thread cannot be waited for: it is taken out.
pub(crate) fn make_way<M: Spec>(cell: &CellOf<M>, theirs: &EntryOf<M>) {
    if let Look::Busy(flight) = theirs.slot.look() {
        if flight.thread == thread::number() {
            cell.overtake(theirs);
        } else {
            wait_graph::wait(&theirs.slot, flight);
        }
    }
}

impl<'w, M: Spec, W: Way> Job<'w, M, W> {
    pub(super) fn new(
        place: At<'w, M>,
        cell: &'w CellOf<M>,
        entry: EntryOf<M>,
        keys: Keys,
        role: Role<'w, M>,
        way: W,
    ) -> Self {
        Self { place, cell, entry: Some(entry), keys, role, running: None, _replaced: Replaced(None), way }
    }

    fn core(&self) -> &'static Core {
        self.cell.core()
    }

    /// A job whose entry replaces the present one: `refresh`.
    pub(crate) fn refresh(
        place: At<'w, M>,
        cell: &'w CellOf<M>,
        entry: EntryOf<M>,
        keys: Keys,
        replaced: Replaced<M::Store>,
        way: W,
    ) -> Self {
        let mut job = Self::new(place, cell, entry, keys, Role::Lead, way);
        job._replaced = replaced;
        job
    }

    /// When its result is stored, if that is now.
    #[inline]
    pub(crate) fn when(&self) -> When<M> {
        When::of(self.core(), self.entry())
    }

    /// The hash of the extra key.
    pub(crate) fn hash(&self) -> u64 {
        self.entry().meta.hash()
    }

    /// A job that leaves the `old` result in place until its own is there.
    #[track_caller]
    pub(crate) fn beside(
        place: At<'w, M>,
        cell: &'w CellOf<M>,
        stored: KeyIn<M>,
        hash: u64,
        keys: Keys,
        old: Option<EntryOf<M>>,
        way: W,
    ) -> Self {
        let entry = new_entry::<M::Store>(Slot::claimed(way.number()), stored, hash);
        let mut race = cell.race(hash);
        race.note(cell.forgets(&entry));
        rings::guard_depth(cell.core(), task_of::<M>(cell, &entry, true));
        let renewing = Renewing { race, old, falls_back: false, runs: false };
        Self::new(place, cell, entry, keys, Role::Renew(Box::new(renewing)), way)
    }

    /// The caller gets the old result if the new one is not kept.
    pub(super) fn falls_back(&mut self) {
        if let Role::Renew(renewing) = &mut self.role {
            renewing.falls_back = true;
        }
    }

    /// The old result, if that is for the caller where the new one is not kept.
    pub(crate) fn stale(&self) -> Option<&ValueOf<M>> {
        match &self.role {
            Role::Renew(renewing) if renewing.falls_back => renewing.old.as_ref()?.slot.get(),
            _ => None,
        }
    }

    pub(crate) fn cell(&self) -> &'w CellOf<M> {
        self.cell
    }

    fn entry(&self) -> &EntryOf<M> {
        entry_of::<M::Store>(&self.entry)
    }

    fn task(&self) -> Task {
        let task = task_of::<M>(self.cell, self.entry(), matches!(self.role, Role::Race(_) | Role::Renew(_)));
        if W::IS_TASK { Task { flight: self.way.number(), ..task } } else { task }
    }

    /// A faster computation of a lending memo took this call's entry out. Puts it in again, unless a result is there: that one.
    fn regain(&self, entry: &EntryOf<M>) -> Option<EntryOf<M>> {
        // The user's `Eq` may panic, and nobody else would end the flight.
        let unfilled = Unfilled(&entry.slot);
        loop {
            match self.cell.add(entry, self.keys) {
                Ok(()) => {
                    std::mem::forget(unfilled);
                    return None;
                }
                // Waiters for this entry look again.
                Err(theirs) if theirs.slot.get().is_some() => return Some(theirs),
                Err(theirs) => make_way::<M>(self.cell, &theirs),
            }
        }
    }

    /// The body is about to run, on the same stack as this job. If it panics, the job's drop notifies the waiters.
    #[inline(never)]
    pub(crate) fn start(&mut self) {
        let core = self.core();
        let here = std::ptr::from_ref(self).addr();
        let notes = leak_audit::may_hold::<ValueOf<M>>(core).then(|| Notes {
            strong: self.place.strong(),
            // Others take and drop handles of further arguments while a future is parked.
            others: if W::IS_TASK { Counts::default() } else { counts_of::<M>(self.entry()) },
        });
        self.running = Some(start::<W>(core, &self.task(), here, notes.as_ref()));
    }

    /// The body has returned, and other user code of the computation follows, up to [`stop`](Self::stop): keep this as long. Where tasks poll,
    /// the frame went with the last poll, and this is another one.
    #[inline]
    pub(crate) fn ending(&self) -> Option<Running> {
        let here = std::ptr::from_ref(&self).addr();
        W::IS_TASK.then(|| Running::begin(self.core(), self.task(), here))
    }

    /// The body has returned, and so has all other user code of the computation.
    pub(crate) fn stop(&mut self) -> Option<Notes> {
        let running = self.running.take().expect("a job is started before it is stopped");
        stop::<W>(self.core(), running)
    }

    /// Whether the result depends on a value of `cycle = ..` that stands for a computation around this one.
    #[inline]
    pub(crate) fn is_inside_ring(&self) -> bool {
        self.running.as_ref().is_some_and(W::is_inside_ring)
    }

    /// The owner's strong count before the result is copied, if the result may hold the owner.
    pub(crate) fn strong_before_copy(&self) -> Option<usize> {
        W::notes(self.running.as_ref()?)?.strong.and_then(|_| self.place.strong())
    }

    /// How many counts of the owner the copy took. If any, the result has one too: only a clone by another thread at
    /// this very moment looks the same.
    pub(crate) fn taken_by_copy(&self, before: Option<usize>) -> Option<usize> {
        before.and_then(|before| Some(self.place.strong()?.saturating_sub(before)))
    }

    /// Whether one of its weak arguments is at this address.
    pub(crate) fn has_argument(&self, address: usize) -> bool {
        is_argument::<M>(self.place, self.entry().meta.key(), address)
    }

    /// Stores the value, unless it was cleared meanwhile. `notes`, unless the value holds no argument. `copied`: how many counts of the
    /// owner a copy of it took.
    ///
    /// The caller then drops the job: a replaced entry goes with it, and if its destructor panicked while the result was being returned,
    /// the result would leak.
    #[inline]
    pub(crate) fn publish(
        &mut self,
        value: ValueOf<M>,
        when: &When<M>,
        notes: Option<&Notes>,
        copied: Option<usize>,
    ) -> Published<M::Store> {
        let core = self.core();
        let spot = core.explanation().is_on().then(|| self.cell.spot(self.entry()));
        // Before others can remove it: a snapshot of the statistics never shows more removals than computes.
        counters::count(core, Count::Computes, 1);
        // Filled in place: to hand it on costs more than most of what is done here.
        let mut victims = Evicted::none();
        let (stored, theirs) = match self.role {
            Role::Lead if !W::IS_TASK => self.publish_led(value, when, &mut victims),
            _ => self.publish_beside(value, when, &mut victims),
        };
        // A lent result has to stay. Nothing can clear an entry of a lending memo, nor end an argument that is borrowed.
        assert!(stored || theirs.is_some() || !core.site().lends, "memo_core: a result to be lent was not stored");
        let published = match theirs {
            // The own entry is dropped with the job, when all is counted.
            Some(entry) => Published::Theirs { entry, stored },
            None => Published::Ours { entry: self.entry.take(), stored },
        };
        self.role = Role::Done;
        if !stored {
            counters::count(core, Count::Rejected, 1);
            if let (Some(spot), Published::Ours { .. }) = (spot, &published) {
                core.explanation().went(spot, Went::Overtaken);
            }
        } else if let Some(notes) = notes {
            leak_audit::look_at_owner(core, &self.place, notes.strong, copied);
            if let Published::Ours { entry: Some(entry), .. } = &published {
                look_at_others::<M>(core, entry, &notes.others);
            }
        }
        self.cell.drop_evicted(victims, when.now);
        if <TimingOf<M>>::EXPIRES {
            expiry::go_on(core);
        }
        published
    }

    /// Publishes the value of a call that leads.
    ///
    /// This and what follows are functions of their own for the sake of large results: see `keep`.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn publish_led(
        &mut self,
        value: ValueOf<M>,
        when: &When<M>,
        victims: &mut Evicted<M::Store>,
    ) -> (bool, Option<EntryOf<M>>) {
        self.role = Role::Filled;
        self.entry().meta.timing().begin(&when.until);
        match self.cell.publish(&mut self.entry, value, when.now, victims) {
            Ok(stored) => (stored, None),
            Err(value) => self.publish_overtaken(value, when, victims),
        }
    }

    /// Publishes a value where others may compute beside this call.
    fn publish_beside(
        &mut self,
        value: ValueOf<M>,
        when: &When<M>,
        victims: &mut Evicted<M::Store>,
    ) -> (bool, Option<EntryOf<M>>) {
        match std::mem::replace(&mut self.role, Role::Filled) {
            Role::Lead if W::IS_TASK => self.publish_as_task(value, None, when, victims),
            Role::Race(race) if W::IS_TASK => self.publish_as_task(value, Some(&race), when, victims),
            Role::Race(race) => {
                self.entry().meta.timing().begin(&when.until);
                self.publish_raced(value, &race, when, victims)
            }
            Role::Renew(renewing) => {
                let Renewing { race, old, .. } = *renewing;
                self.entry().meta.timing().begin(&when.until);
                self.publish_renewed(value, &race, old, when, victims)
            }
            Role::Lead | Role::Withdrawn | Role::Filled | Role::Done => unreachable!("a job ends once"),
        }
    }

    /// Publishes a value beside which others may have published theirs. The first counts.
    #[inline]
    fn publish_raced(
        &self,
        value: ValueOf<M>,
        race: &Race<'_>,
        when: &When<M>,
        victims: &mut Evicted<M::Store>,
    ) -> (bool, Option<EntryOf<M>>) {
        let (site, entry) = (self.core().site(), self.entry());
        entry.slot.fill(value);
        loop {
            match self.cell.publish_racer(entry, self.keys, race, when.now, victims) {
                Ok(stored) => return (stored, None),
                Err(theirs) if site.lends && theirs.slot.get().is_none() => make_way::<M>(self.cell, &theirs),
                Err(theirs) => return (false, Some(theirs)),
            }
        }
    }

    /// Publishes a result to be lent that a faster computation of this thread overtook while it was suspended. The
    /// faster result comes back, if it is still there.
    #[cold]
    #[inline(never)]
    fn publish_overtaken(
        &mut self,
        value: ValueOf<M>,
        when: &When<M>,
        victims: &mut Evicted<M::Store>,
    ) -> (bool, Option<EntryOf<M>>) {
        let mut value = OnItsWay::new(value);
        loop {
            if let Some(theirs) = self.regain(self.entry()) {
                // If the value's destructor panics, the job's drop counts it.
                drop(value.arrive());
                return (false, Some(theirs));
            }
            match self.cell.publish(&mut self.entry, value.arrive(), when.now, victims) {
                Ok(stored) => return (stored, None),
                Err(overtaken) => value = OnItsWay::new(overtaken),
            }
        }
    }

    /// Puts the value in the place of the old result. The entry of a faster call comes back.
    #[cold]
    #[inline(never)]
    fn publish_renewed(
        &mut self,
        value: ValueOf<M>,
        race: &Race<'_>,
        old: Option<EntryOf<M>>,
        when: &When<M>,
        victims: &mut Evicted<M::Store>,
    ) -> (bool, Option<EntryOf<M>>) {
        let (core, entry) = (self.core(), entry_of::<M::Store>(&self.entry));
        entry.slot.fill(value);
        let outcome = match &old {
            Some(old) => self.cell.publish_renewed(entry, old, self.keys, race, when.now, victims),
            None => match self.cell.publish_racer(entry, self.keys, race, when.now, victims) {
                Ok(stored) => Ok((stored, None)),
                Err(theirs) => Err(theirs),
            },
        };
        // Who took it out meanwhile has left it to this call, and has counted it.
        drop_quietly(old);
        match outcome {
            Ok((stored, replaced)) => {
                self._replaced = Replaced::by(core, replaced);
                (stored, None)
            }
            Err(theirs) => (false, Some(theirs)),
        }
    }

    /// Publishes a value where others may have computed beside this call, and waited for neither: the first value counts, also for
    /// those who wait for another. `race`: this call itself was one of them.
    #[cold]
    #[inline(never)]
    fn publish_as_task(
        &self,
        value: ValueOf<M>,
        race: Option<&Race<'w>>,
        when: &When<M>,
        victims: &mut Evicted<M::Store>,
    ) -> (bool, Option<EntryOf<M>>) {
        let value = OnItsWay::new(value);
        loop {
            let theirs = match race {
                None => None,
                Some(race) => match self.cell.add_racing(self.entry(), self.keys, race) {
                    Ok(true) => None,
                    Ok(false) => break,
                    Err(theirs) => Some(theirs),
                },
            };
            let (entry, number) = match &theirs {
                None if W::still_claims(&self.entry().slot) => (self.entry(), self.way.number()),
                None => return (false, Some(self.theirs_in(self.entry(), value))),
                Some(theirs) => match theirs.slot.look() {
                    Look::Ready => return (false, Some(self.theirs_in(theirs, value))),
                    Look::Busy(flight) if race.is_some_and(|race| !self.cell.is_overtaken(self.entry(), race)) => {
                        if !self.way.meet(&theirs.slot, flight) {
                            continue;
                        }
                        (theirs, flight.thread)
                    }
                    Look::Busy(_) => break,
                    Look::Over | Look::Claimed => continue,
                },
            };
            // Of the entry that gets the value, and by who has its claim: nobody else has begun it, nor will.
            entry.meta.timing().begin(&when.until);
            match self.cell.publish(&mut Some(entry.clone()), value.arrive(), when.now, victims) {
                Ok(stored) => {
                    W::ended(&entry.slot, number);
                    return (stored, theirs);
                }
                // Lent results are not taken out while their arguments are borrowed.
                Err(_) => unreachable!("an entry of a memo that lends was taken out"),
            }
        }
        // Its key was asked to go.
        self.entry().slot.fill(value.arrive());
        W::ended(&self.entry().slot, self.way.number());
        (false, None)
    }

    /// The entry of a faster call, once its value is there. The own value is dropped.
    fn theirs_in(&self, entry: &EntryOf<M>, value: OnItsWay<ValueOf<M>>) -> EntryOf<M> {
        // Who took the claim over does nothing else before.
        while entry.slot.get().is_none() {
            std::thread::yield_now();
        }
        // Who was faster has ended the own flight as well; but the own body may have been polled since, and noted that.
        W::ended(&self.entry().slot, self.way.number());
        let entry = entry.clone();
        // If the value's destructor panics, the job's drop counts it.
        drop(value.arrive());
        entry
    }

    /// Ends without storing. Waiters, if any, get the copy that `share` makes.
    pub(crate) fn reject<R>(mut self, result: OnItsWay<R>, share: fn(&R) -> Option<ValueOf<M>>) -> R {
        self.end_rejected(&mut || share(&result));
        // As after `publish`.
        drop(self);
        result.arrive()
    }

    /// The same, whatever the type of the result.
    fn end_rejected(&mut self, share: &mut dyn FnMut() -> Option<ValueOf<M>>) {
        explained::ended::<M>(self.cell, self.entry(), Went::Rejected);
        let leads = matches!(self.role, Role::Lead) && (!W::IS_TASK || W::still_claims(&self.entry().slot));
        if leads {
            self.cell.withdraw(self.entry());
            self.role = Role::Withdrawn;
            if !self.entry().slot.end_unless_awaited() {
                // The user's `Clone`: if it panics, the job's drop ends the flight. It still belongs to the
                // computation: a ring through it names this memo.
                let here = std::ptr::from_ref(self).addr();
                let sharing = Running::begin(self.core(), self.task(), here);
                let shared = share();
                drop(sharing);
                match shared {
                    Some(copy) => {
                        self.entry().slot.fill(copy);
                    }
                    None => self.entry().slot.end(NoValue::Rejected),
                }
            }
        }
        let role = std::mem::replace(&mut self.role, Role::Done);
        W::ended(&self.entry().slot, self.way.number());
        counters::count(self.core(), Count::Computes, 1);
        counters::count(self.core(), Count::Rejected, 1);
        // With it the old result may go, if another call has taken that out.
        drop(role);
    }
}

impl<M: Spec> Duty for Job<'_, M, TaskCall> {
    fn start(&mut self) {
        self.start();
    }

    fn flight(&self) -> Option<Flight> {
        Some(Flight { core: self.core(), task: self.task() })
    }

    fn runs(&mut self, runs: bool) {
        if let Role::Renew(renewing) = &mut self.role {
            renewing.runs = runs;
        }
    }

    fn strong(&self) -> Option<usize> {
        self.strong_before_copy()
    }

    fn raised_strong(&mut self, by: isize) {
        if let Some(notes) = self.running.as_mut().and_then(|running| running.notes.as_mut()) {
            notes.found_strong(self.place.strong(), by);
        }
    }

    fn met_ring(&mut self) {
        if let Some(running) = &mut self.running {
            running.inside_ring = true;
        }
    }
}

/// An unfinished job has panicked (in the body, in `cache_if`, or in a `Clone`), or its future was dropped.
impl<M: Spec, W: Way> Drop for Job<'_, M, W> {
    #[inline]
    fn drop(&mut self) {
        // The computation ends before waiters are notified.
        self.running = None;
        if !matches!(self.role, Role::Done) {
            self.fail();
        }
    }
}

impl<M: Spec, W: Way> Job<'_, M, W> {
    #[cold]
    #[inline(never)]
    fn fail(&mut self) {
        if let Some(entry) = &self.entry {
            explained::ended::<M>(self.cell, entry, Went::Unfinished);
        }
        match self.role {
            Role::Done => return,
            // A faster call has filled its slot.
            Role::Lead if W::IS_TASK && !W::still_claims(&self.entry().slot) => {}
            Role::Lead => {
                self.cell.withdraw(self.entry());
                self.entry().slot.end(NoValue::Panicked);
            }
            Role::Race(_) | Role::Renew(_) | Role::Withdrawn => {
                if let Role::Renew(renewing) = &self.role {
                    let failed = if W::IS_TASK { renewing.runs } else { std::thread::panicking() };
                    // If not, its future was dropped.
                    if let (false, Some(old)) = (failed, &renewing.old) {
                        old.meta.timing().give_back_renewal();
                    }
                }
                self.entry().slot.end(NoValue::Panicked);
            }
            // The user's `Eq` panicked during the insertion: the compute is counted already.
            Role::Filled => {
                counters::count(self.core(), Count::Rejected, 1);
                return;
            }
        }
        W::ended(&self.entry().slot, self.way.number());
        counters::count(self.core(), Count::Computes, 1);
        counters::count(self.core(), Count::Rejected, 1);
    }
}
