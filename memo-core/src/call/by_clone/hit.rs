//! Hits that take no lock: the copy of a ready result, made in place.

use super::ticket::Cloning;
use crate::anchor::anchor::Anchor;
use crate::call::kept::what_is_kept::Keeping;
use crate::call::keyed_hit::{self, Asks, Held};
use crate::call::verify;
use crate::cell::memo_types::{At, CellOf, KeyOf, ValueOf};
use crate::memo::core::Core;
use crate::memo::counting::counters::Counters;
use crate::reclaim::paid_by_hits;
use crate::sys::depth::DepthGuard;
use crate::sys::index::Guess;
use crate::sys::panics::OnItsWay;
use crate::sys::trivially_cloned::is_plain;
use crate::value::store::Store;

/// Without an extra key: writes a copy of a ready result to `copy`. Returns whether the hit is due, and what was seen of the
/// anchor.
///
/// Not inlined in unoptimised builds: there, inlining leaves all moves of a large result in the frame of the caller,
/// below the body.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn hit<'w, M: Cloning, const COUNTED: bool>(
    core: &'static Core,
    place: At<'w, M>,
    copy: &mut Option<OnItsWay<ValueOf<M>>>,
) -> (bool, Guess<&'w Anchor>) {
    // What is drawn below takes the way of a call that finds nothing here.
    if COUNTED && verify::is_on() {
        return (false, Guess::Unsure);
    }
    let (counters, later);
    let (here, guess) = if At::<M>::COUNTS_FIRST {
        counters = Counters::here();
        let Some(here) = counters.looking(core) else { return (false, Guess::Unsure) };
        (Some(here.0), place.look(here))
    } else {
        (None, place.guess())
    };
    // No call here: a hit would keep registers for it.
    let Guess::Node(anchor) = guess else { return (false, guess) };
    let Some(cell) = CellOf::<M>::find(anchor, core) else { return (false, guess) };
    let here = match here {
        Some(here) => here,
        None => {
            // Not before: a register would keep it through the search.
            later = Counters::here();
            let Some(here) = later.of(core) else { return (false, guess) };
            here
        }
    };
    (cell.hit::<COUNTED>(here, copy), guess)
}

/// The same for an owner whose anchor the first look has not found: by a full search, and without the lock.
#[cold]
#[inline(never)]
pub(super) fn hit_further<'w, M: Cloning, const COUNTED: bool>(
    core: &'static Core,
    place: At<'w, M>,
    copy: &mut Option<OnItsWay<ValueOf<M>>>,
) -> (bool, Guess<&'w Anchor>) {
    let Some(anchor) = place.find() else { return (false, Guess::Nothing) };
    let guess = Guess::Node(anchor);
    // As in `hit`.
    if COUNTED && verify::is_on() {
        return (false, guess);
    }
    let Some(cell) = CellOf::<M>::find(anchor, core) else { return (false, guess) };
    let counters = Counters::here();
    let Some(here) = counters.of(core) else { return (false, guess) };
    (cell.hit::<COUNTED>(here, copy), guess)
}

/// The result of a hit. Inlined as [`hit`] is.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn done<R, H: Keeping<R, Kept: 'static>>(copy: Option<OnItsWay<H::Kept>>, due: bool) -> R {
    let copy = copy.expect("a hit has made a copy");
    if due {
        if is_plain::<H::Kept>() && size_of::<H::Kept>() <= 2 * size_of::<usize>() {
            return H::result(paid_by_hits::paid(copy.arrive()));
        }
        paid_by_hits::after_due();
    }
    H::result(copy.arrive())
}

/// A hit of a call that is a future, by its first look.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn hit_at_once<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'_, M>,
    key: &K,
) -> Option<R> {
    if H::WEAK {
        return None;
    }
    if M::Store::FRONTED {
        let mut copy = None;
        let (due, _) = hit::<M, true>(core, place, &mut copy);
        return copy.is_some().then(|| done::<R, H>(copy, due));
    }
    if is_plain::<H::Kept>() && K::TRUSTED && CellOf::<M>::COMPARED {
        return keyed_hit::copy::<M, K>(core, place, key).ok().map(H::result);
    }
    let mut copy = None;
    let (_, _, Held::Copied) = hold_at_once::<M, K>(core, place, key, &mut copy) else { return None };
    paid_by_hits::count_hit(core);
    Some(done::<R, H>(copy, false))
}

/// Looks for a ready result and copies it, where user code runs.
#[inline(always)]
pub(super) fn hold_at_once<'w, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
    copy: &mut Option<OnItsWay<ValueOf<M>>>,
) -> (u64, Option<&'w Anchor>, Held) {
    // While a hazard pointer is set, no sweep starts either.
    let _deeper = (!K::TRUSTED).then(DepthGuard::enter);
    let hash = key.hash();
    let anchor = place.find();
    let Some(cell) = anchor.and_then(|anchor| CellOf::<M>::find(anchor, core)) else {
        return (hash, anchor, Held::Nothing);
    };
    (hash, anchor, cell.copy_held(Asks::Call, hash, key, copy))
}
