//! What the handle does with one result.

use super::hit::{done, hit, hit_further};
use super::miss::ready;
use super::ticket::{Cloning, Duty, Step, Ticket};
use crate::call::handle_op::{Op, Reply};
use crate::call::kept::what_is_kept::Keeping;
use crate::call::keyed_hit::{Asks, Held};
use crate::call::source::Hit;
use crate::cell::counted_cell::remove::{tell_and_drop, tell_and_drop_among};
use crate::cell::counted_cell::seek::Keys;
use crate::cell::memo_types::{At, CellOf, KeyOf, Spec, ValueOf};
use crate::compute::job::{Job, Replaced, When, is_argument, task_of};
use crate::compute::rings;
use crate::compute::wait_or_compute::{self, Begun};
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::cycle::Cycle;
use crate::reclaim::account;
use crate::reclaim::outermost_call::Call;
use crate::reclaim::paid_by_hits;
use crate::sys::depth::DepthGuard;
use crate::sys::index::Guess;
use crate::sys::panics::{self, OnItsWay, Panics};
use crate::sys::thread;
use crate::value::entry::Meta;
use crate::value::slot::{Look, Slot};
use crate::value::store::{Evicted, Store, new_entry};
use crate::value::timing::Timing;

/// A memoized call by the handle, which asks how the result came to be.
#[inline(never)]
fn begin_told<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> Step<'w, Reply<R, R>, M> {
    let mut copy = None;
    let (anchor, hash) = if H::WEAK {
        let _deeper = DepthGuard::enter();
        (place.find(), key.hash())
    } else if M::Store::FRONTED {
        let (due, anchor) = hit::<M, true>(core, place, &mut copy);
        if copy.is_some() {
            return told::<R, H, M>(copy, due, Hit::Remembered);
        }
        let anchor = match anchor {
            Guess::Node(anchor) => Some(anchor),
            _ => place.find(),
        };
        (anchor, 0)
    } else {
        let deeper = DepthGuard::enter();
        let (anchor, hash) = (place.find(), key.hash());
        if let Some(cell) = anchor.and_then(|anchor| CellOf::<M>::find(anchor, core)) {
            cell.copy_held(Asks::Call, hash, key, &mut copy);
        }
        drop(deeper);
        if copy.is_some() {
            paid_by_hits::count_hit(core);
            return told::<R, H, M>(copy, false, Hit::Remembered);
        }
        (anchor, hash)
    };
    match wait_or_compute::begin::<M, K>(core, place, anchor, key, hash) {
        Begun::Ready { entry, cell, hit, call: _call } => match ready::<R, H, M>(core, cell, entry, hit) {
            value @ Some(_) => told::<R, H, M>(value, false, Hit::ready(hit)),
            None => begin_told::<R, H, M, K>(core, place, key),
        },
        Begun::Compute(job) => Step::Compute(Ticket(Duty::Compute(job))),
        Begun::Ring(ring) => Step::Compute(Ticket(Duty::Ring(ring))),
    }
}

/// The result of a hit, and how it came to be.
#[inline]
fn told<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    copy: Option<OnItsWay<ValueOf<M>>>,
    due: bool,
    hit: Hit,
) -> Step<'w, Reply<R, R>, M> {
    Step::Done(Reply::Told(done::<R, H>(copy, due), hit))
}

/// Carries out an operation of the handle. Inlined as [`hit`](super::hit::hit) is, without what looks need not.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn apply_owned<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
    op: Op<R>,
) -> Step<'w, Reply<R, R>, M> {
    match op {
        Op::Get => look::<R, H, M, K>(core, place, &key),
        op => apply_other::<R, H, M, K>(core, place, key, op),
    }
}

/// The reply to a look. Inlined as [`hit`](super::hit::hit) is.
#[cfg_attr(not(debug_assertions), inline(always))]
fn look<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> Step<'w, Reply<R, R>, M> {
    Step::Done(match get::<M, K>(core, place, key) {
        Some(copy) if !H::is_gone(&copy) => Reply::Out(H::result(copy)),
        _ => Reply::Nothing,
    })
}

#[inline(never)]
fn apply_other<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
    op: Op<R>,
) -> Step<'w, Reply<R, R>, M> {
    H::prepare(core);
    match op {
        Op::Get => unreachable!("a look is carried out by the caller"),
        Op::Set(_) | Op::Prepare => unreachable!("asked of memos that lend only"),
        Op::Compute => Step::Compute(Ticket(Duty::Nothing)),
        Op::Call => begin_told::<R, H, M, K>(core, place, &key),
        Op::Forget => Step::Done(Reply::Flag(forget::<M, K>(core, place, &key))),
        Op::Insert(result) => {
            insert_or_forget::<R, H, M, K>(core, place, &key, result);
            Step::Done(Reply::Nothing)
        }
        Op::Renew => Step::Compute(renew::<M, K>(core, place, &key)),
        Op::Refresh => match refresh::<M, K>(core, place, &key) {
            Ok(ticket) => Step::Compute(ticket),
            Err(ring) => Step::Done(Reply::Ring(Box::new(ring))),
        },
    }
}

#[inline]
fn insert_or_forget<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'_, M>,
    key: &K,
    result: OnItsWay<R>,
) {
    let mut panics = Panics::default();
    match panics.run(|| H::stored(result.arrive())).flatten() {
        Some(value) => insert::<R, H, M, K>(core, place, key, OnItsWay::new(value)),
        // An error that cannot be cloned, and its destructor may have panicked: the old result is removed, and none is stored.
        None => {
            panics.run(|| forget::<M, K>(core, place, key));
        }
    }
    panics.resume();
}

/// A look costs what a hit costs, and is not counted. Inlined as [`hit`](super::hit::hit) is.
#[cfg_attr(not(debug_assertions), inline(always))]
fn get<M: Cloning, K: KeyOf<M>>(core: &'static Core, place: At<'_, M>, key: &K) -> Option<ValueOf<M>> {
    if M::Store::FRONTED {
        let mut copy = None;
        if let (_, Guess::Unsure) = hit::<M, false>(core, place, &mut copy) {
            hit_further::<M, false>(core, place, &mut copy);
        }
        if let Some(copy) = copy {
            return Some(copy.arrive());
        }
    }
    get_carefully::<M, K>(core, place, key)
}

#[inline(never)]
fn get_carefully<M: Cloning, K: KeyOf<M>>(core: &'static Core, place: At<'_, M>, key: &K) -> Option<ValueOf<M>> {
    let deeper = DepthGuard::enter();
    let cell = CellOf::<M>::find(place.find_surely()?, core)?;
    if !M::Store::FRONTED {
        let mut copy = None;
        // Found nothing, it may have looked while an entry was moved or replaced.
        let held = cell.copy_held(Asks::Get, key.hash(), key, &mut copy);
        if matches!(held, Held::Copied) {
            return copy.map(OnItsWay::arrive);
        }
    }
    let entry = cell.seek_ready(key.hash(), const { Keys::of::<M::Scope, K>() }, &mut |stored| key.matches(stored))?;
    let value = entry.slot.get().cloned().map(OnItsWay::new);
    // This may be the last count.
    drop(entry);
    drop(deeper);
    value.map(OnItsWay::arrive)
}

fn forget<M: Cloning, K: KeyOf<M>>(core: &'static Core, place: At<'_, M>, key: &K) -> bool {
    let _deeper = DepthGuard::enter();
    let Some(cell) = place.find_surely().and_then(|anchor| CellOf::<M>::find(anchor, core)) else { return false };
    let taken = cell.take_key(key.hash(), const { Keys::of::<M::Scope, K>() }, &mut |stored| key.matches(stored));
    let Some(taken) = taken else { return false };
    let is_gone = taken.entry().slot.get().is_some_and(|value| core.is_gone(value));
    // One that is over was there for no call.
    let is_over = taken.entry().meta.timing().is_over(CellOf::<M>::now());
    let why = if is_over { Count::Expired } else { Count::Cleared };
    let ready = taken.ready;
    if ready {
        counters::count(core, why, 1);
    }
    // This drops the value, unless another call is copying it.
    tell_and_drop(core, why.into(), taken);
    ready && !is_over && !is_gone
}

/// The cell of `core` on the owner, made on first use.
fn cell_of<'w, M: Spec>(core: &'static Core, place: At<'w, M>) -> &'w CellOf<M> {
    let anchor = place.find().unwrap_or_else(|| place.make());
    CellOf::<M>::find_or_add(anchor, core, At::<M>::WHERE)
}

fn insert<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'_, M>,
    key: &K,
    mut value: OnItsWay<ValueOf<M>>,
) {
    let _call = Call::enter();
    account::owe();
    let cell = cell_of::<M>(core, place);
    let (hash, stored) = (key.hash(), OnItsWay::new(key.to_stored()));
    let keys = const { Keys::of::<M::Scope, K>() };
    H::mark(&mut value, |address| is_argument::<M>(place, &stored, address));
    let entry = new_entry::<M::Store>(Slot::full(value.arrive()), stored.arrive(), hash);
    let When { now, until } = When::<M>::of(core, &entry);
    entry.meta.timing().begin(&until);
    // Before others can remove it, see `Job::publish`.
    counters::count(core, Count::Inserts, 1);
    let refused = Refused(core);
    let old = cell.replace(&entry, keys);
    std::mem::forget(refused);
    let mut victims = Evicted::none();
    cell.make_room(&entry, now, &mut victims);
    let mut panics = Panics::default();
    // It may have been evicted by others, and this may be its last count.
    panics.drop(entry);
    if let Some(old) = old {
        tell_and_drop_among(core, Count::Replaced.into(), old, &mut panics);
    }
    panics.run(|| cell.drop_evicted(victims, now));
    panics.resume();
}

/// Counts a result as rejected, unless this guard is forgotten: the user's `Eq` panicked during the insertion.
struct Refused(&'static Core);

impl Drop for Refused {
    fn drop(&mut self) {
        counters::count(self.0, Count::Rejected, 1);
    }
}

/// The duty to compute a new result beside the old one, which stays until then. Without one, a call like any other.
fn renew<'w, M: Cloning, K: KeyOf<M>>(core: &'static Core, place: At<'w, M>, key: &K) -> Ticket<'w, M> {
    let call = Call::enter();
    account::owe();
    let cell = cell_of::<M>(core, place);
    let hash = key.hash();
    let keys = const { Keys::of::<M::Scope, K>() };
    let old = cell.seek(hash, keys, &mut |stored| key.matches(stored)).filter(|old| old.slot.get().is_some());
    Ticket(Duty::Compute(Job::beside(place, cell, key.to_stored(), hash, keys, old, call)))
}

/// The duty to compute a new result, or a ring if that would never end: the handle's method panics, since only
/// it knows its caller.
fn refresh<'w, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> Result<Ticket<'w, M>, Cycle> {
    let call = Call::enter();
    account::owe();
    let me = thread::number();
    let cell = cell_of::<M>(core, place);
    let hash = key.hash();
    if let Some(ring) = rings::asked_again(cell.core(), cell.address(), hash) {
        return Err(ring);
    }
    let stored = key.to_stored();
    let entry = new_entry::<M::Store>(Slot::claimed(me), stored, hash);
    let keys = const { Keys::of::<M::Scope, K>() };
    let old = cell.replace(&entry, keys);
    let own = match &old {
        Some(old) if matches!(old.entry().slot.look(), Look::Busy(flight) if flight.thread == me) => {
            Some(task_of::<M>(cell, old.entry(), false))
        }
        _ => None,
    };
    let job = Job::refresh(place, cell, entry, keys, Replaced::by(core, old), call);
    // In the body of the very flight that it replaced, it would run that body again, without end.
    if let Some(own) = own {
        if let Some(ring) = rings::ring(core, own) {
            // As during the panic that follows.
            panics::drop_quietly(job);
            return Err(ring);
        }
    }
    Ok(Ticket(Duty::Compute(job)))
}
