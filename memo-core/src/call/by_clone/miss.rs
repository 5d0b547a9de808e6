//! Calls that the first look did not settle: a hit under the lock, a wait for another call, or the duty to compute.

use super::hit::{done, hit_further, hold_at_once};
use super::ticket::{Cloning, Duty, Step, Ticket, copied, returned};
use crate::anchor::anchor::Anchor;
use crate::call::kept::what_is_kept::Keeping;
use crate::call::keyed_hit::{self, Held};
use crate::call::missing::Missing;
use crate::call::source::Hit;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyOf, Spec, ValueOf};
use crate::compute::wait_or_compute::{self, Begun};
use crate::compute::way::TaskCall;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::reclaim::account;
use crate::reclaim::outermost_call::Call;
use crate::reclaim::paid_by_hits;
use crate::sys::depth::DepthGuard;
use crate::sys::index::Guess;
use crate::sys::panics::OnItsWay;
use crate::sys::trivially_cloned::is_plain;

/// Finds the entry of `key`, if its cell exists.
#[inline]
fn seek<M: Spec, K: KeyOf<M>>(core: &'static Core, anchor: Option<&Anchor>, key: &K, hash: u64) -> Option<EntryOf<M>> {
    let cell = CellOf::<M>::find(anchor?, core)?;
    cell.seek(hash, const { Keys::of::<M::Scope, K>() }, &mut |stored| key.matches(stored))
}

#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn hit_further_or_miss<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> Step<'w, R, M> {
    let mut copy = None;
    let (due, anchor) = hit_further::<M, true>(core, place, &mut copy);
    if copy.is_some() {
        return Step::Done(done::<R, H>(copy, due));
    }
    hit_or_miss::<R, H, M, K>(core, place, anchor, key)
}

#[cold]
#[inline(never)]
#[track_caller]
pub(super) fn hit_or_miss<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Guess<&'w Anchor>,
    key: K,
) -> Step<'w, R, M> {
    let anchor = if let Guess::Node(anchor) = anchor { Some(anchor) } else { None };
    hit_counted::<R, H, M, K>(core, place, anchor, key)
}

/// A hit with an extra key, or a miss.
#[cfg_attr(not(debug_assertions), inline(always))]
#[track_caller]
pub(super) fn hit_keyed<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> Step<'w, R, M> {
    if !(is_plain::<H::Kept>() && K::TRUSTED && CellOf::<M>::COMPARED) {
        return hit_held::<R, H, M, K>(core, place, key);
    }
    match keyed_hit::copy::<M, K>(core, place, &key) {
        Ok(value) => Step::Done(H::result(value)),
        Err(missing) => miss_keyed::<R, H, M, K>(core, place, missing, &key),
    }
}

/// The rest of a call that is a future and was no hit at once, until there is a result, or it has to compute; with
/// how that came to be.
pub(crate) async fn search_as_task<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> (Step<'w, R, M, TaskCall>, Hit) {
    H::prepare(core);
    loop {
        match wait_or_compute::begin_as_task::<M, &K>(core, place, key).await {
            Begun::Ready { entry, cell, hit, .. } => {
                let _call = Call::enter();
                if let Some(value) = ready::<R, H, M>(core, cell, entry, hit) {
                    return (Step::Done(H::result(value.arrive())), Hit::ready(hit));
                }
            }
            Begun::Compute(job) => return (Step::Compute(Ticket(Duty::Compute(job))), Hit::Computed),
            Begun::Ring(ring) => ring.raise(),
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn miss_keyed<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    missing: Missing<'w>,
    key: &K,
) -> Step<'w, R, M> {
    let missing = match missing.is_open() {
        true => match keyed_hit::copy_further::<M, K>(core, place, key, missing) {
            Ok(value) => return Step::Done(H::result(value)),
            Err(missing) => missing,
        },
        false => missing,
    };
    miss_here::<R, H, M, K>(core, place, missing.known_anchor(), key, key.hash())
}

/// The same where user code runs: hashing, comparing, cloning. No sweep starts inside it.
#[inline]
#[track_caller]
fn hit_held<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> Step<'w, R, M> {
    let mut copy = None;
    let (hash, anchor, held) = hold_at_once::<M, K>(core, place, &key, &mut copy);
    match held {
        Held::Copied => {
            paid_by_hits::count_hit(core);
            Step::Done(done::<R, H>(copy, false))
        }
        Held::Nothing => miss::<R, H, M, K>(core, place, anchor, &key, hash),
        Held::Unsure => hit_counted::<R, H, M, K>(core, place, anchor, key),
    }
}

/// A hit that holds a count of the entry while it copies the value, or a miss.
#[cold]
#[inline(never)]
#[track_caller]
fn hit_counted<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: K,
) -> Step<'w, R, M> {
    // User code may run below: hashing, comparing, cloning. No sweep starts inside it.
    let deeper = DepthGuard::enter();
    let hash = key.hash();
    if H::WEAK {
        H::prepare(core);
    }
    if let Some(entry) = seek::<M, K>(core, anchor, &key, hash) {
        if entry.hit(CellOf::<M>::now()).is_some_and(|value| !(H::WEAK && core.is_gone(value))) {
            return copy_counted::<R, H, M, K>(core, place, anchor, &key, hash, deeper, entry);
        }
    }
    drop(deeper);
    miss::<R, H, M, K>(core, place, anchor, &key, hash)
}

/// The hit, once its entry is found. A function of its own in unoptimised builds, as [`hit`](super::hit::hit) is.
#[cfg_attr(not(debug_assertions), inline(always))]
#[cfg_attr(debug_assertions, inline(never))]
#[track_caller]
fn copy_counted<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
    hash: u64,
    deeper: DepthGuard,
    entry: EntryOf<M>,
) -> Step<'w, R, M> {
    let value = copied(entry.slot.get().expect("it is ready"));
    if H::is_gone(&value) {
        // This very moment; the miss sees it, too.
        drop(entry);
        drop(deeper);
        return miss::<R, H, M, K>(core, place, anchor, key, hash);
    }
    entry.visit();
    // A `Clone` that panics was no hit.
    let hits = counters::count(core, Count::Hits, 1);
    // This may be the last count.
    drop(entry);
    drop(deeper);
    if paid_by_hits::are_to_sweep(hits) {
        account::after_hits();
    }
    Step::Done(returned::<R, H>(value))
}

#[cold]
#[inline(never)]
#[track_caller]
fn miss<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
    hash: u64,
) -> Step<'w, R, M> {
    miss_here::<R, H, M, K>(core, place, anchor, key, hash)
}

/// The same for a caller that is as cold.
#[inline(always)]
#[track_caller]
fn miss_here<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
    hash: u64,
) -> Step<'w, R, M> {
    match wait_or_compute::begin::<M, K>(core, place, anchor, key, hash) {
        Begun::Ready { entry, cell, hit, call: _call } => {
            found::<R, H, M, K>(core, place, anchor, key, hash, (cell, entry, hit))
        }
        Begun::Compute(job) => Step::Compute(Ticket(Duty::Compute(job))),
        Begun::Ring(ring) => Step::Compute(Ticket(Duty::Ring(ring))),
    }
}

/// The rest of a miss that found a result after all. A function of its own in unoptimised builds, as [`hit`](super::hit::hit) is.
#[cfg_attr(not(debug_assertions), inline(always))]
#[cfg_attr(debug_assertions, inline(never))]
#[track_caller]
fn found<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
    hash: u64,
    (cell, entry, at_once): (&CellOf<M>, EntryOf<M>, bool),
) -> Step<'w, R, M> {
    match ready::<R, H, M>(core, cell, entry, at_once) {
        Some(value) => Step::Done(returned::<R, H>(value)),
        None => miss::<R, H, M, K>(core, place, anchor, key, hash),
    }
}

/// A copy of a value that a search found, unless it is gone. At once: that is a hit.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn ready<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    core: &'static Core,
    cell: &CellOf<M>,
    entry: EntryOf<M>,
    at_once: bool,
) -> Option<OnItsWay<ValueOf<M>>> {
    let value = copied(entry.slot.get().expect("only ready entries are handed out"));
    if H::is_gone(&value) {
        cell.remove_gone(&entry);
        return None;
    }
    entry.visit();
    // A `Clone` that panics was no hit.
    if at_once {
        counters::count(core, Count::Hits, 1);
    }
    // This may be the last count, and a return value would leak if its destructor panicked.
    drop(entry);
    Some(value)
}
