//! A call that has to compute: from the miss to the published result.

use super::before_body::{Counts, Notes, Timed};
use super::frames::{self, Running, Task};
use super::wait_graph;
use crate::argument::key::StoredKey;
use crate::argument::scope::Scope;
use crate::cell::counted_cell::Keys;
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyIn, Spec, ValueOf};
use crate::cell::racers::Race;
use crate::memo::core::Core;
use crate::memo::counter_block::Count;
use crate::memo::counters;
use crate::reclaim::account;
use crate::reclaim::leak_audit;
use crate::reclaim::outermost_call::Call;
use crate::sys::panics::{OnItsWay, drop_all};
use crate::sys::thread;
use crate::value::entry::Meta;
use crate::value::slot::{Look, NoValue, Slot};
use crate::value::store::{Counted, Evicted, Store, Taken};

/// Begins a computation: as a frame of this thread, timed now and then. `stack` is an address on the stack that it runs on.
fn start(core: &'static Core, task: Task, stack: usize, strong: Option<usize>, others: Counts) -> Running {
    Running::begin(core, task, stack, Notes { timed: Timed::start(core), strong, others })
}

/// Begins the computation of a result without extra key.
#[inline(never)]
pub(crate) fn start_bare(core: &'static Core, task: Task, stack: usize, strong: Option<usize>) -> Running {
    start(core, task, stack, strong, Counts::default())
}

/// Ends one whose body has returned; what was noted before it.
#[inline(never)]
pub(crate) fn stop(core: &'static Core, running: Running) -> Notes {
    let notes = *running.notes();
    drop(running);
    if let Some(timed) = notes.timed {
        timed.count(core);
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

/// Looks at those arguments after the call (law 16), where all threads see them.
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

/// Whether the owner, or another weak argument that the stored key names, is at this address. Whoever finds that key again borrows
/// what it names.
pub(crate) fn is_argument<M: Spec>(place: At<'_, M>, stored: &KeyIn<M>, address: usize) -> bool {
    let mut found = place.life().is_some_and(|(subject, _)| subject.address == address);
    if !found {
        stored.each_peer(&mut |peer| found |= peer.object() == Some(address));
    }
    found
}

/// Notes a miss: counted, and something to sweep is owed for it.
pub(crate) fn note_miss(core: &'static Core) {
    counters::count(core, Count::Misses, 1);
    account::owe();
}

/// What stands against a call's own entry.
pub(super) enum Role<'c> {
    /// Its entry is in the store, claimed: others wait for it.
    Lead,
    /// Its entry is its own until the result is there (`single_flight = false`, or a flight was rejected before).
    Race(Race<'c>),
    /// Its slot is filled, or about to be, and its compute counted; whether it was stored is not.
    Filled,
    /// Its end has been told.
    Done,
}

/// A call that computes an entry of a counted cell.
pub(crate) struct Job<'w, M: Spec> {
    place: At<'w, M>,
    cell: &'w CellOf<M>,
    /// Until it is published.
    entry: Option<EntryOf<M>>,
    keys: Keys,
    role: Role<'w>,
    /// From the begin of its body to the end.
    running: Option<Running>,
    /// What a refresh took the place of. It goes when the new result is there: its `Drop` may ask for that.
    _replaced: Replaced<M::Store>,
    /// Last: what the call owes is paid when all else is done.
    _call: Call,
}

/// What a refresh took the place of: seldom anything, and not on the stack below a body.
pub(crate) struct Replaced<St: Store>(pub(crate) Option<Box<Taken<St>>>);

impl<St: Store> Drop for Replaced<St> {
    fn drop(&mut self) {
        if let Some(replaced) = self.0.take() {
            drop_all([*replaced]);
        }
    }
}

fn entry_of<St: Store>(entry: &Option<Counted<St>>) -> &Counted<St> {
    entry.as_ref().expect("a job has its entry until it is published")
}

/// Ends a flight without a value, unless it is forgotten.
struct Unfilled<'e, V>(&'e Slot<V>);

impl<V> Drop for Unfilled<'_, V> {
    fn drop(&mut self) {
        self.0.end(NoValue::Panicked);
    }
}

/// What became of a computed value.
pub(crate) enum Published<St: Store> {
    /// Its entry has it; stored or not.
    Ours(Counted<St>),
    /// A racer was first: this is the one everybody gets.
    Theirs(Counted<St>),
}

/// What the computation of an entry is for.
pub(crate) fn task_of<M: Spec>(cell: &CellOf<M>, entry: &EntryOf<M>, races: bool) -> Task {
    Task { slot: frames::slot_address(&entry.slot), cell: cell.address(), hash: entry.meta.hash(), races }
}

impl<'w, M: Spec> Job<'w, M> {
    pub(super) fn new(
        place: At<'w, M>,
        cell: &'w CellOf<M>,
        entry: EntryOf<M>,
        keys: Keys,
        role: Role<'w>,
        call: Call,
    ) -> Self {
        Self { place, cell, entry: Some(entry), keys, role, running: None, _replaced: Replaced(None), _call: call }
    }

    fn core(&self) -> &'static Core {
        self.cell.core()
    }

    /// A job whose entry replaces what is there: `refresh`.
    pub(crate) fn refresh(
        place: At<'w, M>,
        cell: &'w CellOf<M>,
        entry: EntryOf<M>,
        keys: Keys,
        replaced: Replaced<M::Store>,
        call: Call,
    ) -> Self {
        let mut job = Self::new(place, cell, entry, keys, Role::Lead, call);
        job._replaced = replaced;
        job
    }

    pub(crate) fn cell(&self) -> &'w CellOf<M> {
        self.cell
    }

    fn entry(&self) -> &EntryOf<M> {
        entry_of::<M::Store>(&self.entry)
    }

    fn task(&self) -> Task {
        task_of::<M>(self.cell, self.entry(), matches!(self.role, Role::Race(_)))
    }

    /// Makes way for a result that is to be lent, and so to be stored: waits for the end of the flight of `theirs`, an entry with
    /// the same key, which is where it will be. If that ends with nothing, the call's own result is. A flight that is suspended on
    /// this thread cannot be waited for: it is taken out.
    fn make_way(&self, theirs: &EntryOf<M>) {
        if let Look::Busy(flight) = theirs.slot.look() {
            if flight.thread == thread::number() {
                self.cell.overtake(theirs);
            } else {
                wait_graph::wait(self.core(), &theirs.slot, flight);
            }
        }
    }

    /// The call's entry was taken out by a faster one of a lending memo. Puts it in again, unless there is a result: that one.
    fn regain(&self, entry: &EntryOf<M>) -> Option<EntryOf<M>> {
        // The user's `Eq` may panic, and nobody else would end it.
        let unfilled = Unfilled(&entry.slot);
        loop {
            match self.cell.add(entry, self.keys) {
                Ok(()) => {
                    std::mem::forget(unfilled);
                    return None;
                }
                // Who waits for this entry looks again.
                Err(theirs) if theirs.slot.get().is_some() => return Some(theirs),
                Err(theirs) => self.make_way(&theirs),
            }
        }
    }

    /// The body is about to run, on the stack that this job lies on. If it panics, the job's drop tells the others.
    #[inline(never)]
    pub(crate) fn start(&mut self) {
        let core = self.core();
        let (strong, others) = match leak_audit::may_hold::<ValueOf<M>>(core) {
            true => (self.place.strong(), counts_of::<M>(self.entry())),
            false => (None, Counts::default()),
        };
        let here = std::ptr::from_ref(self).addr();
        self.running = Some(start(core, self.task(), here, strong, others));
    }

    /// The body has returned, and whatever else of the user's belongs to it.
    pub(crate) fn stop(&mut self) -> Notes {
        let running = self.running.take().expect("a job is started before it is stopped");
        stop(self.core(), running)
    }

    /// A count of the owner before a copy of the result is made, if the result may hold it.
    pub(crate) fn strong_before_copy(&self) -> Option<usize> {
        self.running.as_ref()?.notes().strong.and_then(|_| self.place.strong())
    }

    /// How many counts of the owner the copy took. If any, then the result has one, too: nobody else runs in between but other
    /// threads, whose clones have to fall into this very moment to look the same.
    pub(crate) fn taken_by_copy(&self, before: Option<usize>) -> Option<usize> {
        before.and_then(|before| Some(self.place.strong()?.saturating_sub(before)))
    }

    /// Whether one of its weak arguments is at this address.
    pub(crate) fn has_argument(&self, address: usize) -> bool {
        is_argument::<M>(self.place, self.entry().meta.key(), address)
    }

    /// Stores the value, unless something was asked to go meanwhile. `copied`: how many counts of the owner a copy of it took.
    #[inline]
    pub(crate) fn publish(mut self, value: ValueOf<M>, notes: &Notes, copied: Option<usize>) -> Published<M::Store> {
        let core = self.core();
        let capacity = core.site().capacity;
        let role = std::mem::replace(&mut self.role, Role::Filled);
        // Before others can take it: no reader of the statistics finds it gone that has not come.
        counters::count(core, Count::Computes, 1);
        let entry = entry_of::<M::Store>(&self.entry);
        let (stored, theirs, victims) = match role {
            Role::Lead => match self.cell.publish(entry, value, capacity) {
                Ok((stored, victims)) => (stored, None, victims),
                Err(value) => self.publish_overtaken(value),
            },
            Role::Race(race) => {
                entry.slot.fill(value);
                loop {
                    match self.cell.publish_racer(entry, self.keys, &race, capacity) {
                        Ok(Some(victims)) => break (true, None, victims),
                        Ok(None) => break (false, None, Evicted::none()),
                        Err(theirs) if core.site().lends && theirs.slot.get().is_none() => self.make_way(&theirs),
                        Err(theirs) => break (false, Some(theirs), Evicted::none()),
                    }
                }
            }
            Role::Filled | Role::Done => unreachable!("a job ends once"),
        };
        // What is lent has to stay. Nothing can ask a lending memo's entry to go, nor end an argument that is borrowed.
        assert!(stored || theirs.is_some() || !core.site().lends, "memo_core: a result to be lent was not stored");
        let published = match theirs {
            // Its own goes with the job, when all is counted.
            Some(theirs) => Published::Theirs(theirs),
            None => Published::Ours(self.entry.take().expect("a job has its entry until it is published")),
        };
        self.role = Role::Done;
        if stored {
            leak_audit::look_at_owner(core, &self.place, notes.strong, copied);
            if let Published::Ours(entry) = &published {
                look_at_others::<M>(core, entry, &notes.others);
            }
        } else {
            counters::count(core, Count::Rejected, 1);
        }
        self.cell.drop_evicted(victims);
        // What a refresh took the place of goes here: a destructor that panics must not find the result on its way out, where
        // it would be lost.
        drop(self);
        published
    }

    /// The same for a result that is to be lent, where a computation of this thread was faster while this one was suspended: its result
    /// comes back, if it is there still.
    #[cold]
    #[inline(never)]
    fn publish_overtaken(&self, value: ValueOf<M>) -> (bool, Option<EntryOf<M>>, Evicted<M::Store>) {
        let mut value = OnItsWay::new(value);
        loop {
            if let Some(theirs) = self.regain(self.entry()) {
                // If its destructor panics, the job's drop counts it.
                drop(value.arrive());
                return (false, Some(theirs), Evicted::none());
            }
            match self.cell.publish(self.entry(), value.arrive(), self.core().site().capacity) {
                Ok((stored, victims)) => return (stored, None, victims),
                Err(overtaken) => value = OnItsWay::new(overtaken),
            }
        }
    }

    /// Ends without storing; the value goes to those who waited, if any, as `share` makes it theirs.
    pub(crate) fn reject<R>(mut self, result: OnItsWay<R>, share: impl FnOnce(&R) -> Option<ValueOf<M>>) -> R {
        if let Role::Lead = self.role {
            self.cell.withdraw(self.entry());
            if !self.entry().slot.end_unless_awaited() {
                // The user's `Clone`: if it panics, the job's drop ends the flight. It is part of the computation still: a ring
                // through it names this memo.
                let here = std::ptr::from_ref(&self).addr();
                let sharing = Running::begin(self.core(), self.task(), here, Notes::default());
                let shared = share(&result);
                drop(sharing);
                match shared {
                    Some(copy) => {
                        self.entry().slot.fill(copy);
                    }
                    None => self.entry().slot.end(NoValue::Rejected),
                }
            }
        }
        self.role = Role::Done;
        counters::count(self.core(), Count::Computes, 1);
        counters::count(self.core(), Count::Rejected, 1);
        // As in `publish`.
        drop(self);
        result.arrive()
    }
}

/// A job that ends here ended in a panic: of the body, of `cache_if`, or of a `Clone`.
impl<M: Spec> Drop for Job<'_, M> {
    #[inline]
    fn drop(&mut self) {
        // The computation is over before anybody is told so.
        self.running = None;
        if !matches!(self.role, Role::Done) {
            self.fail();
        }
    }
}

impl<M: Spec> Job<'_, M> {
    #[cold]
    #[inline(never)]
    fn fail(&mut self) {
        match self.role {
            Role::Done => return,
            Role::Lead => {
                self.cell.withdraw(self.entry());
                self.entry().slot.end(NoValue::Panicked);
            }
            Role::Race(_) => self.entry().slot.end(NoValue::Panicked),
            // The user's `Eq` panicked while it was being put in: it was counted before.
            Role::Filled => {
                counters::count(self.core(), Count::Rejected, 1);
                return;
            }
        }
        counters::count(self.core(), Count::Computes, 1);
        counters::count(self.core(), Count::Rejected, 1);
    }
}
