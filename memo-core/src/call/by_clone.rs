//! Results by clone: the path of a call from the anchor to the value.

use super::handle_op::{Op, Reply};
use super::kept::what_is_kept::Keeping;
use super::keyed_hit::{self, Asks, Held};
use super::missing::Missing;
use super::source::Hit;
use super::verify::{self, Again, Verifying};
use crate::anchor::anchor::Anchor;
use crate::cell::counted_cell::{Keys, tell_and_drop};
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyIn, KeyOf, Spec, ValueOf};
use crate::compute::as_task::body::{self, Flight};
use crate::compute::frames::Running;
use crate::compute::job::{self, Job, Published, Replaced, is_argument, task_of};
use crate::compute::rings;
use crate::compute::wait_or_compute::{self, Begun};
use crate::compute::way::{TaskCall, Way};
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters::{self, Counters};
use crate::memo::cycle::Cycle;
use crate::reclaim::account;
use crate::reclaim::outermost_call::Call;
use crate::reclaim::paid_by_hits;
use crate::sys::depth::DepthGuard;
use crate::sys::index::Guess;
use crate::sys::panics::{self, OnItsWay, Panics};
use crate::sys::thread;
use crate::sys::trivially_cloned::is_plain;
use crate::value::entry::Meta;
use crate::value::slot::{Look, Slot};
use crate::value::store::{Evicted, Store, Taken, new_entry};
use crate::value::timing::Timing;

/// The state of a call after the lookup.
#[allow(private_bounds, reason = "made and taken apart by expansions, without naming it")]
pub enum Step<'w, R, M: Spec, W: Way = Call> {
    /// The call has its reply.
    Done(R),
    /// The caller has to compute the result.
    Compute(Ticket<'w, M, W>),
}

/// The duty to compute a result. Dropped without [`end`](Ticket::end), or by a panic, it lets the next caller try.
///
/// Its type names the stored key only, not the borrowed one: the body may consume the arguments. It is not moved until
/// the body has returned: a recursion has one on the stack at each level, not two.
#[allow(private_bounds, reason = "as for `Step`")]
pub struct Ticket<'w, M: Spec, W: Way = Call>(Duty<'w, M, W>);

/// As large as a job.
enum Duty<'w, M: Spec, W: Way> {
    /// Only the body is to run.
    Nothing,
    Compute(Job<'w, M, W>),
    /// The body must not run: the call closes a ring, and its memo has a value for that.
    Ring(Box<Cycle>),
    /// A hit is to be verified.
    Verify(verify::Enabled, Box<Again<ValueOf<M>, KeyIn<M>>>),
    /// It is done: how the result came to be.
    Done(Hit),
}

/// Memos that return by clone.
pub(crate) trait Cloning: Spec<Store: Store<Value: Clone>> {}

impl<M: Spec<Store: Store<Value: Clone>>> Cloning for M {}

/// Finds the entry of `key`, if its cell exists.
#[inline]
fn seek<M: Spec, K: KeyOf<M>>(core: &'static Core, anchor: Option<&Anchor>, key: &K, hash: u64) -> Option<EntryOf<M>> {
    let cell = CellOf::<M>::find(anchor?, core)?;
    cell.seek(hash, const { Keys::of::<M::Scope, K>() }, |stored| key.matches(stored))
}

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

/// Without an extra key: writes a copy of a ready result to `copy`. Returns whether the hit is due, and what was seen of the
/// anchor.
///
/// Not inlined in unoptimised builds: there, inlining leaves all moves of a large result in the frame of the caller,
/// below the body.
#[cfg_attr(not(debug_assertions), inline(always))]
fn hit<'w, M: Cloning, const COUNTED: bool>(
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
fn hit_further<'w, M: Cloning, const COUNTED: bool>(
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
fn done<R, H: Keeping<R, Kept: 'static>>(copy: Option<OnItsWay<H::Kept>>, due: bool) -> R {
    let copy = copy.expect("a hit has made a copy");
    if due {
        if is_plain::<H::Kept>() && size_of::<H::Kept>() <= 2 * size_of::<usize>() {
            return H::result(paid_by_hits::paid(copy.arrive()));
        }
        paid_by_hits::after_due();
    }
    H::result(copy.arrive())
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
    draw::<R, H, M, ()>(core, &mut step, &(), keeping);
    step
}

/// Makes a hit that is drawn the duty to verify it.
#[inline(always)]
pub(crate) fn draw<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    step: &mut Step<'_, R, M>,
    key: &K,
    keeping: &H,
) {
    if verify::ON && H::SAME.is_some() && matches!(step, Step::Done(_)) && verify::draws(core) {
        to_verify::<R, H, M, K>(core, step, key, keeping);
    }
}

#[cold]
#[inline(never)]
fn to_verify<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    step: &mut Step<'_, R, M>,
    key: &K,
    keeping: &H,
) {
    let Some(on) = verify::ENABLED else { return };
    // A call that waited may have got an error that is not kept.
    if !matches!(step, Step::Done(result) if keeping.keeps(result)) {
        return;
    }
    let verifying = Verifying::begin();
    let key = key.to_stored();
    let Step::Done(result) = std::mem::replace(step, Step::Compute(Ticket(Duty::Nothing))) else {
        unreachable!("just seen")
    };
    let found = H::stored(result).expect("what was kept can be");
    *step = Step::Compute(Ticket(Duty::Verify(on, Box::new(Again { core, found, key, verifying }))));
}

#[cold]
#[inline(never)]
#[track_caller]
fn hit_further_or_miss<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
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
fn hit_or_miss<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
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
fn hit_keyed<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
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

/// The rest of such a call, until there is a result, or it has to compute.
pub(crate) async fn search_as_task<'w, R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> Step<'w, R, M, TaskCall> {
    H::prepare(core);
    loop {
        match wait_or_compute::begin_as_task::<M, &K>(core, place, &key).await {
            Begun::Ready { entry, cell, hit, .. } => {
                let _call = Call::enter();
                if let Some(value) = ready::<R, H, M>(core, cell, entry, hit) {
                    return Step::Done(H::result(value.arrive()));
                }
            }
            Begun::Compute(job) => return Step::Compute(Ticket(Duty::Compute(job))),
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

/// Looks for a ready result and copies it, where user code runs.
#[inline(always)]
fn hold_at_once<'w, M: Cloning, K: KeyOf<M>>(
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
    let keys = const { Keys::of::<M::Scope, K>() };
    (hash, anchor, cell.copy_held(Asks::Call, hash, keys, |stored| key.matches(stored), copy))
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

/// The hit, once its entry is found. A function of its own in unoptimised builds, as [`hit`] is.
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

/// The rest of a miss that found a result after all. A function of its own in unoptimised builds, as [`hit`] is.
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
fn ready<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
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
        let keys = const { Keys::of::<M::Scope, K>() };
        if let Some(cell) = anchor.and_then(|anchor| CellOf::<M>::find(anchor, core)) {
            cell.copy_held(Asks::Call, hash, keys, |stored| key.matches(stored), &mut copy);
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

#[allow(private_bounds, reason = "as for `Step`")]
impl<M: Cloning, W: Way> Ticket<'_, M, W> {
    /// The body is about to run.
    #[inline]
    pub fn start(&mut self) {
        if let Duty::Compute(job) = &mut self.0 {
            job.start();
        }
    }

    /// The ring that the call would close, if it does.
    #[inline]
    pub(crate) fn ring(&mut self) -> Option<Cycle> {
        match &self.0 {
            Duty::Ring(_) => self.take_ring(),
            _ => None,
        }
    }

    #[cold]
    fn take_ring(&mut self) -> Option<Cycle> {
        match std::mem::replace(&mut self.0, Duty::Done(Hit::NotStored)) {
            Duty::Ring(ring) => Some(*ring),
            _ => None,
        }
    }

    /// How the result came to be, once the duty is done, if there was one.
    pub(crate) fn told(&self) -> Option<Hit> {
        if let Duty::Done(hit) = self.0 { Some(hit) } else { None }
    }

    /// The body has returned `result`: stores it if it is to be kept, and returns it.
    ///
    /// The copy for the caller is made before anything is published: a panic in `Clone` leaves no trace. Never inlined,
    /// so that its locals take no stack while the body runs.
    #[cold]
    #[inline(never)]
    pub fn end<R, H: Keeping<R, Kept = ValueOf<M>>>(&mut self, result: R, keeping: &H) -> R {
        // Whatever panics, the result is dropped first: its destructor is the user's, too.
        let ending = self.ending();
        let result = OnItsWay::new(result);
        if self.stores::<R, H>(&result, keeping) {
            keep::<R, H, M, W>(self, ending, result)
        } else {
            self.end_unstored::<R, H>(ending, result)
        }
    }

    #[inline]
    fn ending(&self) -> Option<Running> {
        if let Duty::Compute(job) = &self.0 { job.ending() } else { None }
    }

    /// Whether the result is to be stored.
    #[inline]
    fn stores<R, H: Keeping<R, Kept = ValueOf<M>>>(&self, result: &R, keeping: &H) -> bool {
        matches!(&self.0, Duty::Compute(job) if !job.is_inside_ring()) && keeping.keeps(result)
    }

    /// A function of its own for the sake of large results: see [`keep`].
    #[inline]
    fn end_unstored<R, H: Keeping<R, Kept = ValueOf<M>>>(&mut self, ending: Option<Running>, result: OnItsWay<R>) -> R {
        // The job stays where it is: moving it costs more than most of what follows.
        let job = match &mut self.0 {
            Duty::Compute(job) => job,
            Duty::Verify(..) => return self.end_verified::<R, H>(result.arrive()),
            Duty::Nothing | Duty::Ring(_) | Duty::Done(_) => return result.arrive(),
        };
        let inside_ring = job.is_inside_ring();
        // The old result serves until its time is over.
        let old = job.stale().and_then(H::copy).filter(|old| !H::is_gone(old)).map(OnItsWay::new);
        drop(ending);
        job.stop();
        let Duty::Compute(job) = std::mem::replace(&mut self.0, Duty::Done(Hit::NotStored)) else {
            unreachable!("just seen")
        };
        if let Some(old) = old {
            drop(job.reject(result, |_| None));
            return H::result(old.arrive());
        }
        // Those who waited are not in the ring, or close it elsewhere: each computes for itself.
        if inside_ring { job.reject(result, |_| None) } else { job.reject(result, H::shared) }
    }
}

impl<M: Cloning> body::Duty for Ticket<'_, M, TaskCall> {
    fn start(&mut self) {
        self.start();
    }

    fn flight(&self) -> Flight {
        let Duty::Compute(job) = &self.0 else { unreachable!("there is a duty") };
        job.flight()
    }

    fn strong(&self) -> Option<usize> {
        if let Duty::Compute(job) = &self.0 { job.strong() } else { None }
    }

    fn raised_strong(&mut self, by: isize) {
        if let Duty::Compute(job) = &mut self.0 {
            job.raised_strong(by);
        }
    }

    fn met_ring(&mut self) {
        if let Duty::Compute(job) = &mut self.0 {
            job.met_ring();
        }
    }
}

#[allow(private_bounds, reason = "as for `Step`")]
impl<M: Cloning, W: Way> Ticket<'_, M, W> {
    /// Compares the remembered result with a new one, and returns the remembered one.
    #[cold]
    #[inline(never)]
    fn end_verified<R, H: Keeping<R, Kept = ValueOf<M>>>(&mut self, fresh: R) -> R {
        let Duty::Verify(_, again) = std::mem::replace(&mut self.0, Duty::Nothing) else { unreachable!("just seen") };
        let Again { core, found, key, verifying } = *again;
        let same = H::SAME.expect("only what can be compared is verified");
        verify::compare::<M::Scope, _, _>(core, &key, same, &found, H::stored(fresh));
        drop(verifying);
        H::result(found)
    }
}

/// Stores a result that is to be kept, and returns it.
///
/// Its steps are separate functions for the sake of large results: in unoptimised builds, each move takes room in the
/// frame of its function.
#[inline]
fn keep<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, W: Way>(
    ticket: &mut Ticket<'_, M, W>,
    ending: Option<Running>,
    result: OnItsWay<R>,
) -> R {
    let Duty::Compute(job) = &mut ticket.0 else { unreachable!("there is a duty") };
    let mut value = stored::<R, H, M, W>(result, job);
    let before = job.strong_before_copy();
    let copied = copied(&*value);
    let mut taken = job.taken_by_copy(before);
    drop(ending);
    let mut notes = job.stop();
    if H::mark(&mut value, |address| job.has_argument(address)) {
        (notes, taken) = (None, None);
    }
    let published = job.publish(value.arrive(), notes.as_ref(), taken);
    let is_stored = matches!(published, Published::Ours { stored: true, .. });
    ticket.0 = Duty::Done(if is_stored { Hit::Computed } else { Hit::NotStored });
    returned::<R, H>(first_of::<R, H, M, W>(published, copied, ticket))
}

/// The stored form of a result that is to be kept, or of the equal one before.
#[inline]
fn stored<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, W: Way>(
    result: OnItsWay<R>,
    job: &Job<'_, M, W>,
) -> OnItsWay<H::Kept> {
    let result = H::reuse(result.arrive(), job.cell().core(), job.hash());
    OnItsWay::new(H::stored(result).expect("what is to be kept can be"))
}

/// The result made from a copy.
#[inline]
fn returned<R, H: Keeping<R>>(copy: OnItsWay<H::Kept>) -> R {
    H::result(copy.arrive())
}

#[inline]
fn copied<V: Clone>(value: &V) -> OnItsWay<V> {
    OnItsWay::new(value.clone())
}

/// A copy of a faster racer's value, or else the own. A detached result's destructor runs here.
#[inline]
fn first_of<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, W: Way>(
    published: Published<M::Store>,
    own: OnItsWay<ValueOf<M>>,
    ticket: &mut Ticket<'_, M, W>,
) -> OnItsWay<ValueOf<M>> {
    match faster::<R, H, M>(published) {
        None => own,
        Some(first) => {
            ticket.0 = Duty::Done(Hit::Overtaken);
            drop(own.arrive());
            first
        }
    }
}

#[inline]
fn faster<R, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning>(
    published: Published<M::Store>,
) -> Option<OnItsWay<ValueOf<M>>> {
    let first = match &published {
        Published::Ours { .. } => None,
        // None yet: a refresh that is still in flight.
        Published::Theirs(theirs) => theirs.slot.get().and_then(H::copy).map(OnItsWay::new),
    };
    // As in `ready`.
    drop(published);
    first
}

/// Carries out an operation of the handle. Inlined as [`hit`] is, without what looks need not.
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

/// The reply to a look. Inlined as [`hit`] is.
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
    match H::stored(result.arrive()) {
        Some(value) => insert::<R, H, M, K>(core, place, key, OnItsWay::new(value)),
        // An error that cannot be cloned: the old result is removed, and none is stored.
        None => drop(forget::<M, K>(core, place, key)),
    }
}

/// A look costs what a hit costs, and is not counted. Inlined as [`hit`] is.
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
        let keys = const { Keys::of::<M::Scope, K>() };
        // Found nothing, it may have looked while an entry was moved or replaced.
        let held = cell.copy_held(Asks::Get, key.hash(), keys, |stored| key.matches(stored), &mut copy);
        if matches!(held, Held::Copied) {
            return copy.map(OnItsWay::arrive);
        }
    }
    let entry = cell.seek_ready(key.hash(), const { Keys::of::<M::Scope, K>() }, |stored| key.matches(stored))?;
    let value = entry.slot.get().cloned().map(OnItsWay::new);
    // This may be the last count.
    drop(entry);
    drop(deeper);
    value.map(OnItsWay::arrive)
}

fn forget<M: Cloning, K: KeyOf<M>>(core: &'static Core, place: At<'_, M>, key: &K) -> bool {
    let _deeper = DepthGuard::enter();
    let Some(cell) = place.find_surely().and_then(|anchor| CellOf::<M>::find(anchor, core)) else { return false };
    let taken = cell.take_key(key.hash(), const { Keys::of::<M::Scope, K>() }, |stored| key.matches(stored));
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
    let (hash, stored) = (key.hash(), key.to_stored());
    let keys = const { Keys::of::<M::Scope, K>() };
    H::mark(&mut value, |address| is_argument::<M>(place, &stored, address));
    let entry = new_entry::<M::Store>(Slot::full(value.arrive()), stored, hash);
    let now = CellOf::<M>::now();
    entry.meta.timing().begin(&job::until::<M>(core, &entry, now));
    // Before others can remove it, see `Job::publish`.
    counters::count(core, Count::Inserts, 1);
    let refused = Refused(core);
    let old = cell.replace(&entry, keys);
    std::mem::forget(refused);
    let mut victims = Evicted::none();
    cell.make_room(&entry, now, &mut victims);
    let mut panics = Panics::default();
    // It may have been evicted by others, and this may be its last count.
    panics.run(|| drop(entry));
    if let Some(old) = old {
        panics.run(|| tell_and_drop(core, Count::Replaced.into(), old));
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
    let old = cell.seek(hash, keys, |stored| key.matches(stored)).filter(|old| old.slot.get().is_some());
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
    let own = old.as_ref().map(Taken::entry);
    let own = own.filter(|old| matches!(old.slot.look(), Look::Busy(flight) if flight.thread == me));
    let own = own.map(|old| task_of::<M>(cell, old, false));
    let job = Job::refresh(place, cell, entry, keys, Replaced(old.map(|old| Box::new((core, old)))), call);
    // In the body of the very flight that it replaced, it would run that body again, without end.
    if let Some(ring) = own.and_then(|own| rings::ring(core, own)) {
        // As during the panic that follows.
        panics::quietly(|| drop(job));
        return Err(ring);
    }
    Ok(Ticket(Duty::Compute(job)))
}
