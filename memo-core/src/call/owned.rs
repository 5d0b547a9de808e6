//! Results by clone: what the call of such a memo does, from the anchor to the value.

use crate::anchor::anchor::Anchor;
use crate::argument::key::{KeySet, StoredKey};
use crate::argument::owner::{Locate, Place};
use crate::argument::scope::{Scope, Storable};
use crate::call::keep::Keeping;
use crate::call::op::{Op, Reply};
use crate::cell::counted::{CountedCell, Keys, new_entry};
use crate::compute::flight;
use crate::compute::job::{Begun, Job, Published, Replaced, begin, is_argument, task_of};
use crate::memo::core::Core;
use crate::memo::count::Count;
use crate::memo::counters;
use crate::reclaim::account;
use crate::reclaim::call::Call;
use crate::reclaim::hits;
use crate::sys::depth::DepthGuard;
use crate::sys::panics::{self, OnItsWay, Panics, drop_all};
use crate::sys::thread;
use crate::sys::trivial::is_plain;
use crate::value::slot::{Look, Slot};
use crate::value::store::{Counted, Meta, Store, Taken};

/// Where a call stands after looking.
#[allow(private_bounds, reason = "made and taken apart by expansions, without naming it")]
pub enum Step<'w, R, O, S, St>
where
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>> + 'static,
{
    /// There is an answer.
    Done(R),
    /// The caller has to compute it.
    Compute(Ticket<'w, O, S, St>),
}

/// The duty to compute a result. Dropped without [`end`](Ticket::end), or by a panic, it lets the next one try.
///
/// Its type speaks of the stored key only, not of the borrowed one: the body may consume the arguments. It stays where it was made
/// until the body has returned: a recursion has one on the stack for each level, not two. Empty when its duty is done, and where
/// there is none: the bare body is asked for.
#[allow(private_bounds, reason = "as for `Step`")]
pub struct Ticket<'w, O, S, St>(Option<Job<'w, O, S, St>>)
where
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>> + 'static;

type Cell<S, K, R> = CountedCell<S, <K as KeySet<S>>::Store<R>>;

/// An entry, and the cell it was found in.
type Found<'w, S, K, R> = (Counted<<K as KeySet<S>>::Store<R>>, &'w Cell<S, K, R>);

/// Finds the entry of `key` if its cell is there already.
#[inline]
fn seek<'w, S, K, R>(core: &'static Core, anchor: Option<&'w Anchor>, key: &K, hash: u64) -> Option<Found<'w, S, K, R>>
where
    R: 'static,
    S: Scope,
    K: KeySet<S>,
{
    let cell = Cell::<S, K, R>::find(anchor?, core)?;
    let entry = cell.seek(hash, const { Keys::of::<S, K>() }, |stored| key.matches(stored))?;
    Some((entry, cell))
}

fn copy<St: Store>(entry: &Counted<St>) -> St::Value
where
    St::Value: Clone,
{
    entry.slot.get().expect("only ready entries are handed out").clone()
}

/// A memoized call: the result, or the duty to compute it.
#[inline(always)]
#[track_caller]
pub(crate) fn begin_owned<'w, R, H, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
) -> Step<'w, R, O, S, K::Store<H::Kept>>
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    let anchor = place.find();
    if K::Store::<H::Kept>::FRONTED {
        let mut copy = None;
        let hits = hit::<S, K, H::Kept>(core, anchor, &mut copy);
        if copy.is_some() {
            return Step::Done(done::<R, H>(copy, hits));
        }
        begin_out_of_line::<R, H, O, S, K>(core, place, anchor, key)
    } else {
        begin_counted::<R, H, O, S, K>(core, place, anchor, key)
    }
}

/// A memoized call without extra key: the result.
///
/// All that a hit does not need is one call of another function, so that this is small enough to be inlined where the memoized function is
/// called, and a hit pays for no register or stack of a miss.
#[inline(always)]
#[track_caller]
pub(crate) fn call_owned<R, H, O, S>(
    core: &'static Core,
    place: Place<'_, O, S>,
    keeping: H,
    body: impl FnOnce() -> R,
) -> R
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
{
    let anchor = place.find();
    let mut copy = None;
    let hits = hit::<S, (), H::Kept>(core, anchor, &mut copy);
    if copy.is_some() {
        return done::<R, H>(copy, hits);
    }
    compute::<R, H, O, S>(core, place, anchor, keeping, body)
}

/// Puts a copy of a result that is ready where there is no extra key at `copy`, and says how many hits of the memo there were on this
/// thread.
///
/// Where nothing is optimised a call of its own: what is inlined leaves all its moves of a large result in the frame of the caller, below
/// the body.
#[cfg_attr(not(debug_assertions), inline(always))]
fn hit<S, K, V>(core: &'static Core, anchor: Option<&Anchor>, copy: &mut Option<OnItsWay<V>>) -> u64
where
    V: Clone + Storable<S>,
    S: Scope,
    K: KeySet<S>,
{
    let Some(anchor) = anchor else { return 0 };
    let Some(cell) = Cell::<S, K, V>::find(anchor, core) else { return 0 };
    cell.hit(core, copy)
}

/// The result of a hit. As [`hit`].
#[cfg_attr(not(debug_assertions), inline(always))]
fn done<R, H: Keeping<R>>(copy: Option<OnItsWay<H::Kept>>, hits: u64) -> R {
    if hits::are_to_sweep(hits) {
        account::after_hits();
    }
    H::result(copy.expect("a hit has made a copy").arrive())
}

/// The same for a call that finds no result at first sight.
///
/// Nothing but this stands between the caller and the body: a recursion has as much of it on every level.
#[cold]
#[inline(never)]
#[track_caller]
fn compute<'w, R, H, O, S>(
    core: &'static Core,
    place: Place<'w, O, S>,
    anchor: Option<&'w Anchor>,
    keeping: H,
    body: impl FnOnce() -> R,
) -> R
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
{
    match begin_out_of_line::<R, H, O, S, ()>(core, place, anchor, ()) {
        Step::Done(result) => result,
        Step::Compute(ref mut ticket) => {
            ticket.start();
            ticket.end(body(), &keeping)
        }
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn begin_out_of_line<'w, R, H, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    anchor: Option<&'w Anchor>,
    key: K,
) -> Step<'w, R, O, S, K::Store<H::Kept>>
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    begin_counted::<R, H, O, S, K>(core, place, anchor, key)
}

/// The same for keys and values that nothing of the user's is run for.
#[inline]
#[track_caller]
fn begin_under_lock<'w, R, H, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    anchor: Option<&'w Anchor>,
    key: K,
) -> Step<'w, R, O, S, K::Store<H::Kept>>
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    let hash = key.hash();
    if let Some(anchor) = anchor {
        if let Some(cell) = Cell::<S, K, H::Kept>::find(anchor, core) {
            if let Some(value) = cell.copy(hash, |stored| key.matches(stored)) {
                if hits::are_to_sweep(counters::count(core, Count::Hits, 1)) {
                    account::after_hits();
                }
                return Step::Done(H::result(value));
            }
        }
    }
    begin_slowly::<R, H, O, S, K>(core, place, anchor, &key, hash)
}

/// The same with a count of the entry while its value is copied.
#[inline]
#[track_caller]
fn begin_counted<'w, R, H, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    anchor: Option<&'w Anchor>,
    key: K,
) -> Step<'w, R, O, S, K::Store<H::Kept>>
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    if is_plain::<H::Kept>() && K::TRUSTED {
        return begin_under_lock::<R, H, O, S, K>(core, place, anchor, key);
    }
    // User code may run below: hashing, comparing, cloning. No sweep starts inside it.
    let deeper = DepthGuard::enter();
    let hash = key.hash();
    if let Some((entry, _)) = seek::<S, K, H::Kept>(core, anchor, &key, hash) {
        if let Some(value) = entry.slot.get() {
            entry.meta.visit();
            let value = OnItsWay::new(value.clone());
            // A `Clone` that panics was no hit.
            let hits = counters::count(core, Count::Hits, 1);
            // This may be the last count.
            drop(entry);
            drop(deeper);
            if hits::are_to_sweep(hits) {
                account::after_hits();
            }
            return Step::Done(H::result(value.arrive()));
        }
    }
    drop(deeper);
    begin_slowly::<R, H, O, S, K>(core, place, anchor, &key, hash)
}

#[cold]
#[inline(never)]
#[track_caller]
fn begin_slowly<'w, R, H, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    anchor: Option<&'w Anchor>,
    key: &K,
    hash: u64,
) -> Step<'w, R, O, S, K::Store<H::Kept>>
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    match begin::<O, S, K, H::Kept>(core, place, anchor, key, hash) {
        Begun::Ready { entry, hit, call: _call, .. } => {
            entry.meta.visit();
            let value = OnItsWay::new(copy::<K::Store<H::Kept>>(&entry));
            // A `Clone` that panics was no hit.
            if hit {
                counters::count(core, Count::Hits, 1);
            }
            drop(entry);
            Step::Done(H::result(value.arrive()))
        }
        Begun::Compute(job) => Step::Compute(Ticket(Some(job))),
    }
}

#[allow(private_bounds, reason = "as for `Step`")]
impl<O, S, St> Ticket<'_, O, S, St>
where
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>, Value: Clone> + 'static,
{
    /// The body is about to run.
    #[inline]
    pub fn start(&mut self) {
        if let Some(job) = &mut self.0 {
            job.start();
        }
    }

    /// The body has returned `result`: stores it if it is one to keep, and returns it.
    ///
    /// The copy for the caller is made before anything is published: a panic in `Clone` leaves no trace. Never inlined: what it
    /// needs is not on the stack while the body runs.
    #[cold]
    #[inline(never)]
    pub fn end<R, H: Keeping<R, Kept = St::Value>>(&mut self, result: R, keeping: &H) -> R {
        let Some(mut job) = self.0.take() else { return result };
        let result = OnItsWay::new(result);
        if keeping.keeps(&result) {
            keep::<R, H, O, S, St>(job, result)
        } else {
            job.stop();
            job.reject(result, H::shared)
        }
    }
}

/// Stores a result that is to be kept, and returns it.
///
/// The steps of this are functions of their own for the sake of large results: where nothing is optimised, each move has a place of
/// its own in the frame of the function that it is in.
#[inline]
fn keep<R, H, O, S, St>(mut job: Job<'_, O, S, St>, result: OnItsWay<R>) -> R
where
    H: Keeping<R, Kept = St::Value>,
    O: Locate<S> + ?Sized,
    S: Scope,
    St: Store<Key: StoredKey<S>, Value: Clone> + 'static,
{
    let mut value = stored::<R, H>(result);
    let before = job.strong_before_copy();
    let copied = copied::<St::Value>(&value);
    let mut taken = job.taken_by_copy(before);
    let mut notes = job.stop();
    if H::mark(&mut value, |address| job.has_argument(address)) {
        notes.holds_nothing();
        taken = None;
    }
    let published = job.publish(value.arrive(), &notes, taken);
    returned::<R, H>(first_of::<R, H, St>(published, copied))
}

/// What is stored of a result that is to be kept.
#[inline]
fn stored<R, H: Keeping<R>>(result: OnItsWay<R>) -> OnItsWay<H::Kept> {
    OnItsWay::new(H::stored(result.arrive()).expect("what is to be kept can be"))
}

/// The result that a copy makes.
#[inline]
fn returned<R, H: Keeping<R>>(copy: OnItsWay<H::Kept>) -> R {
    H::result(copy.arrive())
}

#[inline]
fn copied<V: Clone>(value: &V) -> OnItsWay<V> {
    OnItsWay::new(value.clone())
}

/// A copy of the value of a racer that was faster, or the own. A detached result's destructor runs here.
#[inline]
fn first_of<R, H, St>(published: Published<St>, own: OnItsWay<St::Value>) -> OnItsWay<St::Value>
where
    H: Keeping<R, Kept = St::Value>,
    St: Store<Value: Clone>,
{
    match faster::<R, H, St>(published) {
        None => own,
        Some(first) => {
            drop(own.arrive());
            first
        }
    }
}

#[inline]
fn faster<R, H, St>(published: Published<St>) -> Option<OnItsWay<St::Value>>
where
    H: Keeping<R, Kept = St::Value>,
    St: Store<Value: Clone>,
{
    match &published {
        Published::Ours(_) => None,
        // Nothing yet: a refresh that is still on its way.
        Published::Theirs(theirs) => theirs.slot.get().and_then(H::copy).map(OnItsWay::new),
    }
}

/// Carries out what the handle asks.
pub(crate) fn apply_owned<'w, R, H, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    op: Op<R>,
) -> Step<'w, Reply<R, R>, O, S, K::Store<H::Kept>>
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    match op {
        Op::Get => Step::Done(match get(core, place, &key) {
            Some(copy) => Reply::Out(H::result(copy)),
            None => Reply::Nothing,
        }),
        Op::Compute => Step::Compute(Ticket(None)),
        Op::Forget => Step::Done(Reply::Flag(forget::<H::Kept, O, S, K>(core, place, &key))),
        Op::Insert(result) => {
            match H::stored(result.arrive()) {
                Some(value) => insert::<R, H, O, S, K>(core, place, &key, OnItsWay::new(value)),
                // An error that nobody could have a copy of: the old result goes, and none comes.
                None => drop(forget::<H::Kept, O, S, K>(core, place, &key)),
            }
            Step::Done(Reply::Nothing)
        }
        Op::Refresh => match refresh(core, place, &key) {
            Ok(ticket) => Step::Compute(ticket),
            Err(ring) => Step::Done(Reply::Ring(Box::new(ring))),
        },
    }
}

fn get<R, O, S, K>(core: &'static Core, place: Place<'_, O, S>, key: &K) -> Option<R>
where
    R: Clone + Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    let deeper = DepthGuard::enter();
    let cell = Cell::<S, K, R>::find(place.find()?, core)?;
    let entry = cell.seek_ready(key.hash(), const { Keys::of::<S, K>() }, |stored| key.matches(stored))?;
    let value = entry.slot.get().cloned().map(OnItsWay::new);
    // This may be the last count.
    drop(entry);
    drop(deeper);
    value.map(OnItsWay::arrive)
}

fn forget<R, O, S, K>(core: &'static Core, place: Place<'_, O, S>, key: &K) -> bool
where
    R: Clone + Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    let _deeper = DepthGuard::enter();
    let Some(cell) = place.find().and_then(|anchor| Cell::<S, K, R>::find(anchor, core)) else { return false };
    let taken = cell.take_key(key.hash(), const { Keys::of::<S, K>() }, |stored| key.matches(stored));
    let Some(taken) = taken else { return false };
    let ready = taken.ready;
    if ready {
        counters::count(core, Count::Cleared, 1);
    }
    // This drops the value, unless another call is copying it.
    drop(taken);
    ready
}

/// The cell of `core` on the owner, made on first use.
fn cell_of<'w, R, O, S, K>(core: &'static Core, place: Place<'w, O, S>) -> &'w Cell<S, K, R>
where
    R: Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    let anchor = place.find().unwrap_or_else(|| place.make());
    Cell::<S, K, R>::find_or_add(anchor, core, Place::<O, S>::WHERE)
}

fn insert<R, H, O, S, K>(core: &'static Core, place: Place<'_, O, S>, key: &K, mut value: OnItsWay<H::Kept>)
where
    H: Keeping<R, Kept: Clone + Storable<S>>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    let _call = Call::enter();
    account::owe();
    let cell = cell_of::<H::Kept, O, S, K>(core, place);
    let (hash, stored) = (key.hash(), key.to_stored());
    let keys = const { Keys::of::<S, K>() };
    H::mark(&mut value, |address| is_argument::<O, S, _>(place, &stored, address));
    let entry = new_entry::<K::Store<H::Kept>>(Slot::full(value.arrive()), stored, hash);
    // Before others can take it, see `Job::publish`.
    counters::count(core, Count::Inserts, 1);
    let refused = Refused(core);
    let old = cell.replace(&entry, keys);
    std::mem::forget(refused);
    let victims = cell.make_room(&entry, core.site().capacity);
    drop(entry);
    let mut panics = Panics::default();
    panics.run(|| drop_all(old));
    panics.run(|| cell.drop_evicted(victims));
    panics.resume();
}

/// Counts a result as rejected, unless it is forgotten: the user's `Eq` panicked while it was being put in.
struct Refused(&'static Core);

impl Drop for Refused {
    fn drop(&mut self) {
        counters::count(self.0, Count::Rejected, 1);
    }
}

/// The duty to compute a new result, or what there is to say where that would never end: the handle's method panics, which alone
/// knows its caller.
fn refresh<'w, R, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: &K,
) -> Result<Ticket<'w, O, S, K::Store<R>>, String>
where
    R: Clone + Storable<S>,
    O: Locate<S> + ?Sized,
    S: Scope,
    K: KeySet<S>,
{
    let call = Call::enter();
    account::owe();
    let me = thread::number();
    let cell = cell_of::<R, O, S, K>(core, place);
    let hash = key.hash();
    if let Some(ring) = flight::asked_again(cell.core(), cell.address(), hash) {
        return Err(ring);
    }
    let stored = key.to_stored();
    let entry = new_entry::<K::Store<R>>(Slot::claimed(me), stored, hash);
    let keys = const { Keys::of::<S, K>() };
    let old = cell.replace(&entry, keys);
    let own = old.as_ref().map(Taken::entry);
    let own = own.filter(|old| matches!(old.slot.look(), Look::Busy(flight) if flight.thread == me));
    let own = own.map(|old| task_of(cell, old, false));
    let job = Job::refresh(place, cell, entry, keys, Replaced(old.map(Box::new)), call);
    // Where it is asked from the body of the very flight it replaced, that would ask again, without end.
    if let Some(ring) = own.and_then(|own| flight::ring(core, own)) {
        // As in the panic that this becomes.
        panics::quietly(|| drop(job));
        return Err(ring);
    }
    Ok(Ticket(Some(job)))
}
