//! Results by clone: the path of a call from the anchor to the value.
//!
//! A call copies a ready result ([`hit`]), or looks closer and may wait ([`miss`]), or computes ([`ticket`]). Some hits are computed again
//! ([`verified`]). The other operations of a handle are in [`handle`].

pub(crate) mod handle;
pub(crate) mod hit;
pub(crate) mod miss;
pub(crate) mod ticket;
pub(crate) mod verified;

use self::hit::{done, hit, hit_further};
use self::miss::{hit_further_or_miss, hit_keyed, hit_or_miss};
use self::ticket::{Cloning, Step};
use self::verified::draw;
use super::kept::what_is_kept::Keeping;
use super::verify;
use crate::anchor::anchor::Anchor;
use crate::cell::memo_types::{At, KeyOf, Spec, ValueOf};
use crate::memo::core::Core;
use crate::sys::index::Guess;
use crate::value::store::Store;

/// A memoized call: the result, or the duty to compute it.
#[inline(always)]
#[track_caller]
pub(crate) fn begin_owned<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> Step<'w, R, M> {
    if H::WEAK {
        return hit_or_miss::<R, H, M, K>(core, place, by_search::<M>(place), key);
    }
    if M::Store::FRONTED {
        let mut copy = None;
        let (due, anchor) = hit::<M, true>(core, place, &mut copy);
        if copy.is_some() {
            return Step::Done(done::<R, H>(copy, due));
        }
        if let Guess::Unsure = anchor {
            return hit_further_or_miss::<R, H, M, K>(core, place, key);
        }
        hit_or_miss::<R, H, M, K>(core, place, anchor, key)
    } else {
        hit_keyed::<R, H, M, K>(core, place, key)
    }
}

/// A memoized call without extra key: the result.
///
/// Everything that a hit does not need is in one other function: so this one is small enough to be inlined into its
/// callers, and a hit pays for no register or stack of a miss.
#[inline(always)]
#[track_caller]
pub(crate) fn call_owned<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    core: &'static Core,
    place: At<'_, M>,
    keeping: H,
    body: impl FnOnce() -> R,
) -> R
where
    (): KeyOf<M>,
{
    if H::WEAK {
        return compute::<R, H, M>(core, place, by_search::<M>(place), keeping, body);
    }
    let mut copy = None;
    let (due, anchor) = hit::<M, true>(core, place, &mut copy);
    if copy.is_some() {
        return done::<R, H>(copy, due);
    }
    if let Guess::Unsure = anchor {
        return further::<R, H, M>(core, place, keeping, body);
    }
    compute::<R, H, M>(core, place, anchor, keeping, body)
}

/// The anchor, by a full search.
fn by_search<M: Spec>(place: At<'_, M>) -> Guess<&Anchor> {
    place.find().map_or(Guess::Nothing, Guess::Node)
}

/// The rest of a call whose owner's anchor lies further on: one object in 36.
#[cold]
#[inline(never)]
#[track_caller]
fn further<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    core: &'static Core,
    place: At<'_, M>,
    keeping: H,
    body: impl FnOnce() -> R,
) -> R
where
    (): KeyOf<M>,
{
    let mut copy = None;
    let (due, anchor) = hit_further::<M, true>(core, place, &mut copy);
    if copy.is_some() {
        return done::<R, H>(copy, due);
    }
    compute::<R, H, M>(core, place, anchor, keeping, body)
}

/// The rest of a call that finds no result without the lock.
///
/// The only frame between the caller and the body: a recursion has one at every level.
#[cold]
#[inline(never)]
#[track_caller]
fn compute<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Guess<&'w Anchor>,
    keeping: H,
    body: impl FnOnce() -> R,
) -> R
where
    (): KeyOf<M>,
{
    match hit_to_verify_or_miss::<R, H, M>(core, place, anchor, &keeping) {
        Step::Done(result) => result,
        Step::Compute(ref mut ticket) => {
            ticket.start();
            ticket.end(body(), &keeping)
        }
    }
}

/// Not inlined in unoptimised builds: see [`compute`].
#[cfg_attr(not(debug_assertions), inline(always))]
#[cfg_attr(debug_assertions, inline(never))]
#[track_caller]
fn hit_to_verify_or_miss<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Guess<&'w Anchor>,
    keeping: &H,
) -> Step<'w, R, M>
where
    (): KeyOf<M>,
{
    if !verify::ON {
        return hit_or_miss::<R, H, M, ()>(core, place, anchor, ());
    }
    let mut step = hit_or_miss::<R, H, M, ()>(core, place, anchor, ());
    draw::<R, H, M, (), _>(core, &mut step, &(), keeping);
    step
}
