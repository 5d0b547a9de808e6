//! Results by reference: the path of a call from the anchor to the value.
//!
//! # Why a reference may be handed out
//!
//! 1. A result of a lending memo is removed only by the death of the owner or another weak argument, or by `&mut` access
//!    to one: such memos have no clear, forget, refresh or capacity, and `clear_all` skips them.
//! 2. The reference is bound to the borrow of the owner and of every other weak argument: while it lives, none of them
//!    can die or be changed. Values in the key are plain, and bind nothing. A key names only arguments that it borrows:
//!    see [`Probe`](crate::argument::key::Probe).
//! 3. The value does not move: it lies in a cell or an entry on the heap, reached through raw or counted pointers, never
//!    through a `Box` (moving a lent box is undefined behaviour).
//! 4. From a thread's own table, only results of `Rc`s are lent: such an owner can neither leave its thread nor be
//!    borrowed by another. If the owner is leaked and outlives the table's guard, the table stays.

use std::convert::Infallible;
use std::ptr::NonNull;

use super::keyed_hit;
use super::missing::Missing;
use super::source::{Hit, Tells};
use super::verify::{self, Again, Same, Verifying};
use crate::anchor::anchor::Anchor;
use crate::argument::scope::Scope;
use crate::cell::counted_cell::CountedCell;
use crate::cell::counted_cell::seek::Keys;
use crate::cell::lent_cell::{self, Filled};
use crate::cell::memo_types::{At, CellOf, EntryOf, KeyIn, KeyOf, Spec, ValueOf};
use crate::compute::as_task::body::{self, Flight};
use crate::compute::job::{Job, Published};
use crate::compute::one_slot::{self, BareJob};
use crate::compute::wait_or_compute::{self, Begun};
use crate::compute::way::{TaskCall, Way};
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters::{self, Counters};
use crate::reclaim::outermost_call::Call;
use crate::reclaim::paid_by_hits;
use crate::sys::depth::DepthGuard;
use crate::sys::index::Guess;
use crate::sys::panics::OnItsWay;
use crate::value::entry::Meta;
use crate::value::store::{Counted, Store};

/// The state of a call after the lookup. An operation other than a call may end in an `E`. `T` tells how the result came to be, to who asks.
#[allow(private_bounds, reason = "made and taken apart by expansions, without naming it")]
pub enum LentStep<'w, V, M: Spec, E = Infallible, T = (), W: Way = Call> {
    /// There is a result.
    Done(&'w V, T),
    /// The caller has to compute the result.
    Compute(LentTicket<'w, M, W>),
    /// The result is not there, or not asked for.
    Else(E),
}

/// The duty to compute a result that will be lent. It is not moved until then, like [`Ticket`](super::by_clone::ticket::Ticket).
#[allow(private_bounds, reason = "as for `LentStep`")]
pub struct LentTicket<'w, M: Spec, W: Way = Call>(Duty<'w, M, W>);

enum Duty<'w, M: Spec, W: Way> {
    Bare(BareJob<'w, M, W>),
    Keyed(Job<'w, M, W>),
    /// A hit is to be verified, and how.
    Verify(verify::Enabled, Box<LentAgain<'w, M>>),
    /// It is done: how the result came to be.
    Done(Hit),
}

/// With how it is compared.
type LentAgain<'w, M> = Again<(&'w ValueOf<M>, Same<ValueOf<M>>), KeyIn<M>>;

const UNDONE: &str = "a ticket's duty is done once";

/// The value of an entry, for as long as the weak arguments are borrowed.
fn lend<'w, St: Store>(entry: &Counted<St>, _cell: &'w CountedCell<impl Scope, St>) -> Option<&'w St::Value> {
    let value = NonNull::from(entry.slot.get()?);
    // SAFETY: the entry is ready and was found in, or added to, a lending memo's cell, which holds a count of it until
    // the owner or another weak argument dies; all of them are borrowed for `'w`. The value does not move.
    Some(unsafe { value.as_ref() })
}

/// The result, if it is there. Without an extra key it is in a `LentCell`.
#[inline(always)]
fn find<'w, M: Spec, K: KeyOf<M>>(core: &'static Core, anchor: Option<&'w Anchor>, key: &K) -> Option<&'w ValueOf<M>> {
    if M::Store::FRONTED {
        lent_cell::find_filled(core, anchor?).map(Filled::value)
    } else {
        find_keyed::<M, K>(core, anchor?, key)
    }
}

/// As it is done by a thread that has not looked before.
fn find_keyed<'w, M: Spec, K: KeyOf<M>>(core: &'static Core, anchor: &'w Anchor, key: &K) -> Option<&'w ValueOf<M>> {
    let cell = CellOf::<M>::find(anchor, core)?;
    if K::TRUSTED && CellOf::<M>::COMPARED {
        let value = keyed_hit::look_carefully::<M, K>(cell, key)?;
        // SAFETY: as in `lend`.
        return Some(unsafe { value.as_ref() });
    }
    find_counted::<M, K>(cell, key)
}

/// The same under the lock.
#[inline(never)]
fn find_counted<'w, M: Spec, K: KeyOf<M>>(cell: &'w CellOf<M>, key: &K) -> Option<&'w ValueOf<M>> {
    let _deeper = DepthGuard::enter();
    let entry = cell.seek(key.hash(), const { Keys::of::<M::Scope, K>() }, &mut |stored| key.matches(stored))?;
    lend(&entry, cell)
}

/// A memoized call of a lending memo: the result, or the duty to compute it.
///
/// Not inlined in unoptimised builds: there, inlined code is in the frame of the caller, below the body.
#[cfg_attr(not(debug_assertions), inline(always))]
#[track_caller]
pub(crate) fn begin_lent<'w, M: Spec, K: KeyOf<M>, E>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> LentStep<'w, ValueOf<M>, M, E> {
    if !M::Store::FRONTED {
        return begin_keyed(core, place, key);
    }
    let counters = Counters::here();
    let (here, anchor) = match At::<M>::COUNTS_FIRST {
        true => match counters.looking(core) {
            Some(here) => (Some(here.0), place.look(here)),
            None => return hit_or_miss::<M, K, E>(core, place, &key),
        },
        false => (None, place.guess()),
    };
    match anchor {
        Guess::Node(anchor) => match lent_cell::find_filled(core, anchor) {
            Some(cell) => {
                let here = here.or_else(|| counters.of(core));
                LentStep::Done(paid_by_hits::counted(core, here, cell).value(), ())
            }
            None => miss::<M, K, E>(core, place, Some(anchor), &key),
        },
        Guess::Nothing => miss::<M, K, E>(core, place, None, &key),
        Guess::Unsure => hit_or_miss::<M, K, E>(core, place, &key),
    }
}

/// The same with an extra key.
#[cfg_attr(not(debug_assertions), inline(always))]
#[track_caller]
fn begin_keyed<'w, M: Spec, K: KeyOf<M>, E>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> LentStep<'w, ValueOf<M>, M, E> {
    if !(K::TRUSTED && CellOf::<M>::COMPARED) {
        return hit_or_miss::<M, K, E>(core, place, &key);
    }
    match keyed_hit::lend::<M, K>(core, place, &key) {
        // SAFETY: as in `lend`.
        Ok(value) => LentStep::Done(unsafe { value.as_ref() }, ()),
        Err(missing) => miss_keyed::<M, K, E>(core, place, missing, &key),
    }
}

#[cold]
#[inline(never)]
#[track_caller]
fn miss_keyed<'w, M: Spec, K: KeyOf<M>, E>(
    core: &'static Core,
    place: At<'w, M>,
    missing: Missing<'w>,
    key: &K,
) -> LentStep<'w, ValueOf<M>, M, E> {
    let missing = match missing.is_open() {
        true => match keyed_hit::lend_further::<M, K>(core, place, key, missing) {
            // SAFETY: as in `lend`.
            Ok(value) => return LentStep::Done(unsafe { value.as_ref() }, ()),
            Err(missing) => missing,
        },
        false => missing,
    };
    miss::<M, K, E>(core, place, missing.known_anchor(), key)
}

/// A hit of a call that is a future, by its first look.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn hit_at_once<'w, M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> Option<&'w ValueOf<M>> {
    if !M::Store::FRONTED {
        if !(K::TRUSTED && CellOf::<M>::COMPARED) {
            return None;
        }
        let value = keyed_hit::lend::<M, K>(core, place, key).ok()?;
        // SAFETY: as in `lend`.
        return Some(unsafe { value.as_ref() });
    }
    let counters = Counters::here();
    let (here, anchor) = match At::<M>::COUNTS_FIRST {
        true => counters.looking(core).map(|here| (Some(here.0), place.look(here)))?,
        false => (None, place.guess()),
    };
    let Guess::Node(anchor) = anchor else { return None };
    let cell = lent_cell::find_filled(core, anchor)?;
    let here = here.or_else(|| counters.of(core));
    Some(paid_by_hits::counted(core, here, cell).value())
}

/// A call whose first look settled nothing.
#[cold]
#[inline(never)]
#[track_caller]
fn hit_or_miss<'w, M: Spec, K: KeyOf<M>, E>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> LentStep<'w, ValueOf<M>, M, E> {
    let anchor = place.find();
    if let Some(value) = find::<M, K>(core, anchor, key) {
        paid_by_hits::count_hit(core);
        return LentStep::Done(value, ());
    }
    miss::<M, K, E>(core, place, anchor, key)
}

#[cold]
#[inline(never)]
#[track_caller]
fn miss<'w, M: Spec, K: KeyOf<M>, E>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
) -> LentStep<'w, ValueOf<M>, M, E> {
    search::<M, K, E, ()>(core, place, anchor, key)
}

/// A memoized call by the handle, which asks how the result came to be.
#[inline(never)]
pub(crate) fn begin_told<'w, M: Spec, K: KeyOf<M>, E>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> LentStep<'w, ValueOf<M>, M, E, Option<Hit>> {
    let anchor = place.find();
    if let Some(value) = find::<M, K>(core, anchor, key) {
        paid_by_hits::count_hit(core);
        return LentStep::Done(value, Some(Hit::Remembered));
    }
    search::<M, K, E, Option<Hit>>(core, place, anchor, key)
}

#[inline(always)]
#[track_caller]
fn search<'w, M: Spec, K: KeyOf<M>, E, T: Tells>(
    core: &'static Core,
    place: At<'w, M>,
    anchor: Option<&'w Anchor>,
    key: &K,
) -> LentStep<'w, ValueOf<M>, M, E, T> {
    let duty = if M::Store::FRONTED {
        match one_slot::begin::<M>(core, place, anchor) {
            one_slot::Begun::Ready(value, at_once) => return LentStep::Done(value, T::told(Hit::ready(at_once))),
            one_slot::Begun::Compute(job) => Duty::Bare(job),
        }
    } else {
        match wait_or_compute::begin::<M, K>(core, place, anchor, key, key.hash()) {
            Begun::Ready { entry, cell, hit, call: _call } => {
                return LentStep::Done(ready::<M>(core, &entry, cell, hit), T::told(Hit::ready(hit)));
            }
            Begun::Compute(job) => Duty::Keyed(job),
            Begun::Ring(ring) => ring.raise(),
        }
    };
    LentStep::Compute(LentTicket(duty))
}

/// The rest of a call that is a future and was no hit at once, until there is a result, or it has to compute.
pub(crate) async fn search_as_task<'w, M: Spec, K: KeyOf<M>, E>(
    core: &'static Core,
    place: At<'w, M>,
    key: &K,
) -> LentStep<'w, ValueOf<M>, M, E, Hit, TaskCall> {
    let duty = if M::Store::FRONTED {
        match one_slot::begin_as_task::<M>(core, place).await {
            one_slot::Begun::Ready(value, at_once) => return LentStep::Done(value, Hit::ready(at_once)),
            one_slot::Begun::Compute(job) => Duty::Bare(job),
        }
    } else {
        match wait_or_compute::begin_as_task::<M, &K>(core, place, key).await {
            Begun::Ready { entry, cell, hit, .. } => {
                return LentStep::Done(ready::<M>(core, &entry, cell, hit), Hit::ready(hit));
            }
            Begun::Compute(job) => Duty::Keyed(job),
            Begun::Ring(ring) => ring.raise(),
        }
    };
    LentStep::Compute(LentTicket(duty))
}

/// The result that a search has found.
fn ready<'w, M: Spec>(core: &'static Core, entry: &EntryOf<M>, cell: &'w CellOf<M>, hit: bool) -> &'w ValueOf<M> {
    entry.meta.visit();
    if hit {
        counters::count(core, Count::Hits, 1);
    }
    lend(entry, cell).expect("a search hands out ready entries")
}

/// The result, if it is there; neither a hit nor a miss.
#[inline]
pub(crate) fn get_lent<'w, M: Spec, K: KeyOf<M>>(
    core: &'static Core,
    place: At<'w, M>,
    key: K,
) -> Option<&'w ValueOf<M>> {
    find::<M, K>(core, place.find(), &key).or_else(|| get_carefully::<M, K>(core, place, &key))
}

/// A look that found nothing may have come while a node or an entry was moved, or before the cell said that it is filled.
#[cold]
#[inline(never)]
fn get_carefully<'w, M: Spec, K: KeyOf<M>>(core: &'static Core, place: At<'w, M>, key: &K) -> Option<&'w ValueOf<M>> {
    let anchor = place.find_surely()?;
    match M::Store::FRONTED {
        true => lent_cell::find(core, anchor)?.slot.get(),
        false => find_counted::<M, K>(CellOf::<M>::find(anchor, core)?, key),
    }
}

#[allow(private_bounds, reason = "as for `LentStep`")]
impl<'w, M: Spec, W: Way> LentTicket<'w, M, W> {
    /// The body is about to run.
    #[inline]
    pub fn start(&mut self) {
        match &mut self.0 {
            Duty::Bare(job) => job.start(),
            Duty::Keyed(job) => job.start(),
            Duty::Verify(..) | Duty::Done(_) => {}
        }
    }

    /// How the result came to be, once the duty is done.
    #[inline]
    pub(crate) fn hit(&self) -> Hit {
        if let Duty::Done(hit) = self.0 { hit } else { Hit::Remembered }
    }

    /// The body has returned `value`: stores and lends it. Never inlined, so that its locals take no stack while the body runs.
    #[cold]
    #[inline(never)]
    pub(crate) fn end(&mut self, value: ValueOf<M>) -> &'w ValueOf<M> {
        // The job stays where it is: moving it costs more than most of what it does.
        let (lent, first) = match &mut self.0 {
            Duty::Bare(job) => {
                job.core().value_bytes().look(&value);
                job.publish(value)
            }
            Duty::Keyed(job) => publish(job, value),
            Duty::Verify(..) => return self.end_verified(Some(value)),
            Duty::Done(_) => unreachable!("{UNDONE}"),
        };
        self.0 = Duty::Done(if first { Hit::Computed } else { Hit::Overtaken });
        lent
    }

    /// The body has failed. The error is not stored: it goes to this caller, and the waiters compute by themselves,
    /// side by side.
    #[cold]
    #[inline(never)]
    pub fn reject<E>(&mut self, error: E) -> E {
        let error = OnItsWay::new(error);
        if let Duty::Verify(..) = self.0 {
            self.end_verified(None);
            return error.arrive();
        }
        match std::mem::replace(&mut self.0, Duty::Done(Hit::NotStored)) {
            Duty::Bare(job) => {
                job.reject();
                error.arrive()
            }
            Duty::Keyed(mut job) => {
                job.stop();
                job.reject(error, |_| None)
            }
            Duty::Verify(..) | Duty::Done(_) => unreachable!("{UNDONE}"),
        }
    }
}

/// Makes a hit that is drawn the duty to verify it.
#[inline(always)]
pub(crate) fn draw<'w, M: Spec, K: KeyOf<M>, E, T, W: Way>(
    core: &'static Core,
    step: &mut LentStep<'w, ValueOf<M>, M, E, T, W>,
    key: &K,
    same: Option<Same<ValueOf<M>>>,
) {
    if verify::ON && same.is_some() && matches!(step, LentStep::Done(..)) && verify::draws(core) {
        to_verify::<M, K, E, T, W>(core, step, key, same);
    }
}

#[cold]
#[inline(never)]
fn to_verify<'w, M: Spec, K: KeyOf<M>, E, T, W: Way>(
    core: &'static Core,
    step: &mut LentStep<'w, ValueOf<M>, M, E, T, W>,
    key: &K,
    same: Option<Same<ValueOf<M>>>,
) {
    let (Some(on), Some(same), LentStep::Done(found, _)) = (verify::ENABLED, same, &*step) else { return };
    let found = OnItsWay::new((*found, same));
    let verifying = (!W::IS_TASK).then(Verifying::begin);
    let key = OnItsWay::new(key.to_stored());
    *step = LentStep::Compute(LentTicket(Duty::Verify(on, Box::new(Again { core, found, key, verifying }))));
}

#[allow(private_bounds, reason = "as for `LentStep`")]
impl<'w, M: Spec, W: Way> LentTicket<'w, M, W> {
    /// Compares the remembered result with a new one, and returns the remembered one. Without a new one, the body has failed.
    #[cold]
    #[inline(never)]
    fn end_verified(&mut self, fresh: Option<ValueOf<M>>) -> &'w ValueOf<M> {
        let verified = Duty::Done(Hit::Remembered);
        let Duty::Verify(_, again) = std::mem::replace(&mut self.0, verified) else { unreachable!("just seen") };
        let Again { core, found, key, verifying } = *again;
        let verifying = verifying.unwrap_or_else(Verifying::begin);
        let (found, same) = found.arrive();
        verify::compare::<M::Scope, _, _>(core, &*key, same, found, fresh);
        drop(verifying);
        found
    }
}

impl<'w, M: Spec> body::Duty for LentTicket<'w, M, TaskCall> {
    fn start(&mut self) {
        self.start();
    }

    fn flight(&self) -> Option<Flight> {
        match &self.0 {
            Duty::Bare(job) => job.flight(),
            Duty::Keyed(job) => job.flight(),
            Duty::Verify(..) => None,
            Duty::Done(_) => unreachable!("{UNDONE}"),
        }
    }

    /// Results that are lent end with no time.
    fn runs(&mut self, _: bool) {}

    fn strong(&self) -> Option<usize> {
        match &self.0 {
            Duty::Bare(job) => job.strong(),
            Duty::Keyed(job) => job.strong(),
            Duty::Verify(..) | Duty::Done(_) => None,
        }
    }

    fn raised_strong(&mut self, by: isize) {
        match &mut self.0 {
            Duty::Bare(job) => job.raised_strong(by),
            Duty::Keyed(job) => job.raised_strong(by),
            Duty::Verify(..) | Duty::Done(_) => {}
        }
    }

    /// Such a result is never kept apart: a ring with a value around it is refused.
    fn met_ring(&mut self) {}
}

/// The value to lend, and whether it is this call's own.
fn publish<'w, M: Spec, W: Way>(job: &mut Job<'w, M, W>, value: ValueOf<M>) -> (&'w ValueOf<M>, bool) {
    let cell = job.cell();
    let notes = job.stop();
    cell.core().value_bytes().look(&value);
    match job.publish(value, &job.when(), notes.as_ref(), None) {
        Published::Ours { entry: Some(entry), .. } => (lend(&entry, cell).expect("filled by this call"), true),
        Published::Ours { entry: None, .. } => unreachable!("a lent result is not left to the store alone"),
        Published::Theirs { entry, stored } => (lend(&entry, cell).expect("a racer's entry is ready"), stored),
    }
}

/// Conversions from the stored to the lent form.
pub mod lend {
    use std::borrow::Borrow;

    /// `&V` from `V`.
    #[inline]
    pub fn as_ref<V>(value: &V) -> &V {
        value
    }

    /// `&str` from `String`.
    #[inline]
    pub fn as_str(value: &String) -> &str {
        value
    }

    /// `&[T]` from `Vec<T>`.
    #[inline]
    pub fn as_slice<T>(value: &Vec<T>) -> &[T] {
        value
    }

    /// `&Path` from `PathBuf`, and so for every type with an owned form.
    #[inline]
    pub fn as_borrowed<T: ToOwned + ?Sized>(value: &T::Owned) -> &T {
        value.borrow()
    }

    /// `Option<&V>` from `Option<V>`.
    #[inline]
    pub fn option_ref<V>(value: &Option<V>) -> Option<&V> {
        value.as_ref()
    }

    /// `Option<&str>` from `Option<String>`.
    #[inline]
    pub fn option_str(value: &Option<String>) -> Option<&str> {
        value.as_deref()
    }

    /// `Option<&[T]>` from `Option<Vec<T>>`.
    #[inline]
    pub fn option_slice<T>(value: &Option<Vec<T>>) -> Option<&[T]> {
        value.as_deref()
    }

    /// `Option<&Path>` from `Option<PathBuf>`, and so for every type with an owned form.
    #[inline]
    pub fn option_borrowed<T: ToOwned + ?Sized>(value: &Option<T::Owned>) -> Option<&T> {
        value.as_ref().map(Borrow::borrow)
    }

    /// `Result<&V, &E>` from `Result<V, E>`, each side in its form.
    ///
    /// # Errors
    ///
    /// The error that was kept.
    #[inline]
    pub fn result<'w, V, E, U, F>(
        result: &'w Result<V, E>,
        value: impl FnOnce(&'w V) -> U,
        error: impl FnOnce(&'w E) -> F,
    ) -> Result<U, F> {
        match result {
            Ok(kept) => Ok(value(kept)),
            Err(kept) => Err(error(kept)),
        }
    }
}
