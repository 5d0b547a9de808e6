//! Memos that return by clone, as an expansion calls them: with no bound left to fail but one.

use std::borrow::BorrowMut;

use crate::argument::key::KeySet;
use crate::argument::owner::{Locate, Place};
use crate::argument::scope::{Scope, Storable};
use crate::call::op::{Op, Reply};
use crate::call::owned::{self, Step, Ticket};
use crate::call::what_is_kept::Keeping;
use crate::cell::memo_types::{Of, Spec};
use crate::memo::core::Core;
use crate::value::store::Store;

/// The memo of an owner, with a key, that keeps `V`s.
pub(crate) type Keyed<O, S, K, V> = Of<O, S, <K as KeySet<S>>::Store<V>>;

/// Where a call through the handle stands.
type Replies<'w, R, M> = Step<'w, Reply<R, R>, M>;

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
    ) -> Step<'w, R, Keyed<O, Self, K, H::Kept>>;

    /// See [`owned::apply_owned`].
    fn apply<'w, O: Locate<Self> + ?Sized, K: KeySet<Self>>(
        core: &'static Core,
        place: Place<'w, O, Self>,
        key: K,
        op: Op<R>,
    ) -> Replies<'w, R, Keyed<O, Self, K, H::Kept>>;

    /// See [`Ticket::start`].
    fn start<M: Spec<Scope = Self, Store: Store<Value = H::Kept>>>(ticket: &mut Ticket<'_, M>);

    /// See [`Ticket::end`].
    fn end<M: Spec<Scope = Self, Store: Store<Value = H::Kept>>>(
        ticket: &mut Ticket<'_, M>,
        result: R,
        keeping: &H,
    ) -> R;
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
        owned::call_owned::<R, H, Keyed<O, S, (), H::Kept>>(core, place, keeping, body)
    }

    // Without optimisation each call that is put in place adds its copies of the result to the frame.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin<'w, O: Locate<S> + ?Sized, K: KeySet<S>>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
    ) -> Step<'w, R, Keyed<O, S, K, H::Kept>> {
        owned::begin_owned::<R, H, Keyed<O, S, K, H::Kept>, K>(core, place, key)
    }

    #[inline]
    fn apply<'w, O: Locate<S> + ?Sized, K: KeySet<S>>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
        op: Op<R>,
    ) -> Replies<'w, R, Keyed<O, S, K, H::Kept>> {
        owned::apply_owned::<R, H, Keyed<O, S, K, H::Kept>, K>(core, place, key, op)
    }

    #[inline]
    fn start<M: Spec<Scope = S, Store: Store<Value = H::Kept>>>(ticket: &mut Ticket<'_, M>) {
        ticket.start();
    }

    #[inline]
    fn end<M: Spec<Scope = S, Store: Store<Value = H::Kept>>>(ticket: &mut Ticket<'_, M>, result: R, keeping: &H) -> R {
        ticket.end(result, keeping)
    }
}

/// A memoized call of a function that has no handle: the result, or the duty to compute it.
#[inline(always)]
#[track_caller]
pub fn begin_owned<'w, R, O: Locate<S> + ?Sized, S: Returns<R, H>, K: KeySet<S>, H: Keeping<R, Kept: 'static>>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    _keeping: &H,
) -> Step<'w, R, Keyed<O, S, K, H::Kept>> {
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
pub fn finish_owned<'w, R, M, H>(mut ticket: impl BorrowMut<Ticket<'w, M>>, body: impl FnOnce() -> R, keeping: &H) -> R
where
    M: Spec<Scope: Returns<R, H>, Store: Store<Value = H::Kept>> + 'w,
    H: Keeping<R, Kept: 'static>,
{
    M::Scope::start(ticket.borrow_mut());
    M::Scope::end(ticket.borrow_mut(), body(), keeping)
}

/// The first half of [`finish_owned`], for a caller that runs the body itself: one that passes its own caller on.
#[allow(private_bounds, reason = "as for `Returns`")]
#[inline]
pub fn start_owned<R, M, H>(ticket: &mut Ticket<'_, M>, _keeping: &H)
where
    M: Spec<Scope: Returns<R, H>, Store: Store<Value = H::Kept>>,
    H: Keeping<R, Kept: 'static>,
{
    M::Scope::start(ticket);
}

/// The second half.
#[allow(private_bounds, reason = "as for `Returns`")]
#[inline]
pub fn end_owned<R, M, H>(ticket: &mut Ticket<'_, M>, result: R, keeping: &H) -> R
where
    M: Spec<Scope: Returns<R, H>, Store: Store<Value = H::Kept>>,
    H: Keeping<R, Kept: 'static>,
{
    M::Scope::end(ticket, result, keeping)
}
