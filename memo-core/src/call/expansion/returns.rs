//! Memos that return by clone, as an expansion calls them: with no bound left to fail but one.

use std::borrow::BorrowMut;

use crate::argument::key::{KeySet, StoredKey};
use crate::argument::owner::{Locate, Place};
use crate::argument::scope::{Scope, Storable};
use crate::call::keep::Keeping;
use crate::call::op::{Op, Reply};
use crate::call::owned::{self, Step, Ticket};
use crate::memo::core::Core;
use crate::value::store::Store;

/// A scope with memos that return an `R` by clone, kept as `H` says.
#[allow(private_bounds, reason = "called by expansions, without naming it")]
pub trait Returns<R, H: Keeping<R, Kept: 'static>>: Scope {
    /// See [`owned::call_owned`].
    #[track_caller]
    fn call<O: Locate<Self> + ?Sized>(
        core: &'static Core,
        place: Place<'_, O, Self>,
        keeping: H,
        body: impl FnOnce() -> R,
    ) -> R;

    /// See [`owned::begin_owned`].
    #[track_caller]
    fn begin<'w, O: Locate<Self> + ?Sized, K: KeySet<Self>>(
        core: &'static Core,
        place: Place<'w, O, Self>,
        key: K,
    ) -> Step<'w, R, O, Self, K::Store<H::Kept>>;

    /// See [`owned::apply_owned`].
    fn apply<'w, O: Locate<Self> + ?Sized, K: KeySet<Self>>(
        core: &'static Core,
        place: Place<'w, O, Self>,
        key: K,
        op: Op<R>,
    ) -> Step<'w, Reply<R, R>, O, Self, K::Store<H::Kept>>;

    /// See [`Ticket::start`].
    fn start<O, St>(ticket: &mut Ticket<'_, O, Self, St>)
    where
        O: Locate<Self> + ?Sized,
        St: Store<Key: StoredKey<Self>, Value = H::Kept> + 'static;

    /// See [`Ticket::end`].
    fn end<O, St>(ticket: &mut Ticket<'_, O, Self, St>, result: R, keeping: &H) -> R
    where
        O: Locate<Self> + ?Sized,
        St: Store<Key: StoredKey<Self>, Value = H::Kept> + 'static;
}

#[allow(private_bounds, reason = "as for the trait")]
impl<S: Scope, R, H: Keeping<R, Kept: Clone + Storable<S>>> Returns<R, H> for S {
    #[inline(always)]
    fn call<O: Locate<S> + ?Sized>(
        core: &'static Core,
        place: Place<'_, O, S>,
        keeping: H,
        body: impl FnOnce() -> R,
    ) -> R {
        owned::call_owned(core, place, keeping, body)
    }

    // Without optimisation each call that is put in place adds its copies of the result to the frame.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin<'w, O: Locate<S> + ?Sized, K: KeySet<S>>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
    ) -> Step<'w, R, O, S, K::Store<H::Kept>> {
        owned::begin_owned::<R, H, O, S, K>(core, place, key)
    }

    #[inline]
    fn apply<'w, O: Locate<S> + ?Sized, K: KeySet<S>>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
        op: Op<R>,
    ) -> Step<'w, Reply<R, R>, O, S, K::Store<H::Kept>> {
        owned::apply_owned::<R, H, O, S, K>(core, place, key, op)
    }

    #[inline]
    fn start<O, St>(ticket: &mut Ticket<'_, O, S, St>)
    where
        O: Locate<S> + ?Sized,
        St: Store<Key: StoredKey<S>, Value = H::Kept> + 'static,
    {
        ticket.start();
    }

    #[inline]
    fn end<O, St>(ticket: &mut Ticket<'_, O, S, St>, result: R, keeping: &H) -> R
    where
        O: Locate<S> + ?Sized,
        St: Store<Key: StoredKey<S>, Value = H::Kept> + 'static,
    {
        ticket.end(result, keeping)
    }
}

/// A memoized call of a function that has no handle: the result, or the duty to compute it.
#[inline(always)]
#[track_caller]
pub fn begin_owned<'w, R, O, S, K, H>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    _keeping: &H,
) -> Step<'w, R, O, S, K::Store<H::Kept>>
where
    O: Locate<S> + ?Sized,
    S: Returns<R, H>,
    K: KeySet<S>,
    H: Keeping<R, Kept: 'static>,
{
    S::begin(core, place, key)
}

/// Does the duty of a ticket.
///
/// Never inlined: a hit should not pay for the registers that a miss needs. It is all that stands between the caller and the body,
/// since a recursion has as much of it on every level. The ticket comes by value where it is small, since a hit would have to drop
/// it if not; a large one is borrowed, since every level would have it twice.
#[allow(private_bounds, reason = "as for `Returns`")]
#[cold]
#[inline(never)]
pub fn finish_owned<'w, R, O, S, St, H>(
    mut ticket: impl BorrowMut<Ticket<'w, O, S, St>>,
    body: impl FnOnce() -> R,
    keeping: &H,
) -> R
where
    O: Locate<S> + ?Sized + 'w,
    S: Returns<R, H>,
    St: Store<Key: StoredKey<S>, Value = H::Kept> + 'static,
    H: Keeping<R, Kept: 'static>,
{
    S::start(ticket.borrow_mut());
    S::end(ticket.borrow_mut(), body(), keeping)
}

/// The first half of [`finish_owned`], for a caller that runs the body itself: one that passes its own caller on.
#[allow(private_bounds, reason = "as for `Returns`")]
#[inline]
pub fn start_owned<R, O, S, St, H>(ticket: &mut Ticket<'_, O, S, St>, _keeping: &H)
where
    O: Locate<S> + ?Sized,
    S: Returns<R, H>,
    St: Store<Key: StoredKey<S>, Value = H::Kept> + 'static,
    H: Keeping<R, Kept: 'static>,
{
    S::start(ticket);
}

/// The second half.
#[allow(private_bounds, reason = "as for `Returns`")]
#[inline]
pub fn end_owned<R, O, S, St, H>(ticket: &mut Ticket<'_, O, S, St>, result: R, keeping: &H) -> R
where
    O: Locate<S> + ?Sized,
    S: Returns<R, H>,
    St: Store<Key: StoredKey<S>, Value = H::Kept> + 'static,
    H: Keeping<R, Kept: 'static>,
{
    S::end(ticket, result, keeping)
}
