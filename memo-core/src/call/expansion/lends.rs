//! Memos that lend, as an expansion calls them: with no bound left to fail but one.

use super::returns::Keyed;
use crate::argument::key::KeySet;
use crate::argument::owner::{Locate, Place};
use crate::argument::scope::{Scope, Storable};
use crate::call::lent::{self, LentStep, LentTicket};
use crate::cell::memo_types::Spec;
use crate::memo::core::Core;
use crate::value::store::Store;

/// A scope with memos that lend a `V`.
#[allow(private_bounds, reason = "called by expansions, without naming it")]
pub trait Lends<V: 'static>: Scope {
    /// See [`lent::begin_lent`].
    #[track_caller]
    fn begin<'w, O: Locate<Self> + ?Sized, K: KeySet<Self>, E>(
        core: &'static Core,
        place: Place<'w, O, Self>,
        key: K,
    ) -> LentStep<'w, V, Keyed<O, Self, K, V>, E>;

    /// See [`lent::get_lent`].
    fn get<'w, O: Locate<Self> + ?Sized, K: KeySet<Self>>(
        core: &'static Core,
        place: Place<'w, O, Self>,
        key: K,
    ) -> Option<&'w V>;

    /// See [`LentTicket::start`].
    fn start<M: Spec<Scope = Self, Store: Store<Value = V>>>(ticket: &mut LentTicket<'_, M>);

    /// See [`LentTicket::end`].
    fn end<'w, M: Spec<Scope = Self, Store: Store<Value = V>>>(ticket: &mut LentTicket<'w, M>, value: V) -> &'w V;

    /// See [`LentTicket::reject`].
    fn reject<E, M: Spec<Scope = Self, Store: Store<Value = V>>>(ticket: &mut LentTicket<'_, M>, error: E) -> E;
}

#[allow(private_bounds, reason = "as for the trait")]
impl<S: Scope, V: Storable<S>> Lends<V> for S {
    #[inline(always)]
    fn begin<'w, O: Locate<S> + ?Sized, K: KeySet<S>, E>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
    ) -> LentStep<'w, V, Keyed<O, S, K, V>, E> {
        lent::begin_lent::<Keyed<O, S, K, V>, K, E>(core, place, key)
    }

    #[inline]
    fn get<'w, O: Locate<S> + ?Sized, K: KeySet<S>>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
    ) -> Option<&'w V> {
        lent::get_lent::<Keyed<O, S, K, V>, K>(core, place, key)
    }

    #[inline]
    fn start<M: Spec<Scope = S, Store: Store<Value = V>>>(ticket: &mut LentTicket<'_, M>) {
        ticket.start();
    }

    #[inline]
    fn end<'w, M: Spec<Scope = S, Store: Store<Value = V>>>(ticket: &mut LentTicket<'w, M>, value: V) -> &'w V {
        ticket.end(value)
    }

    #[inline]
    fn reject<E, M: Spec<Scope = S, Store: Store<Value = V>>>(ticket: &mut LentTicket<'_, M>, error: E) -> E {
        ticket.reject(error)
    }
}

/// A memoized call of a lending memo that has no handle: the result, or the duty to compute it.
#[inline(always)]
#[track_caller]
pub fn begin_lent<'w, V: 'static, O: Locate<S> + ?Sized, S: Lends<V>, K: KeySet<S>>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
) -> LentStep<'w, V, Keyed<O, S, K, V>> {
    S::begin(core, place, key)
}

/// Does the duty of a ticket. As [`finish_owned`](super::returns::finish_owned).
#[allow(private_bounds, reason = "as for `Lends`")]
#[cold]
#[inline(never)]
pub fn finish_lent<'w, V, M>(mut ticket: LentTicket<'w, M>, body: impl FnOnce() -> V) -> &'w V
where
    V: 'static,
    M: Spec<Scope: Lends<V>, Store: Store<Value = V>>,
{
    M::Scope::start(&mut ticket);
    M::Scope::end(&mut ticket, body())
}

/// Does the duty of a ticket, if the body can.
#[allow(private_bounds, reason = "as for `Lends`")]
#[cold]
#[inline(never)]
pub fn try_finish_lent<'w, V, E, M>(
    mut ticket: LentTicket<'w, M>,
    body: impl FnOnce() -> Result<V, E>,
) -> Result<&'w V, E>
where
    V: 'static,
    M: Spec<Scope: Lends<V>, Store: Store<Value = V>>,
{
    M::Scope::start(&mut ticket);
    try_end_lent(&mut ticket, body())
}

/// The first half of [`finish_lent`] and [`try_finish_lent`], for a caller that runs the body itself: one that passes its own caller
/// on.
#[allow(private_bounds, reason = "as for `Lends`")]
#[inline]
pub fn start_lent<V, M>(ticket: &mut LentTicket<'_, M>)
where
    V: 'static,
    M: Spec<Scope: Lends<V>, Store: Store<Value = V>>,
{
    M::Scope::start(ticket);
}

/// The second half of [`finish_lent`].
#[allow(private_bounds, reason = "as for `Lends`")]
#[inline]
pub fn end_lent<'w, V, M>(ticket: &mut LentTicket<'w, M>, value: V) -> &'w V
where
    V: 'static,
    M: Spec<Scope: Lends<V>, Store: Store<Value = V>>,
{
    M::Scope::end(ticket, value)
}

/// The second half of [`try_finish_lent`].
#[allow(private_bounds, reason = "as for `Lends`")]
#[inline]
pub fn try_end_lent<'w, V, E, M>(ticket: &mut LentTicket<'w, M>, result: Result<V, E>) -> Result<&'w V, E>
where
    V: 'static,
    M: Spec<Scope: Lends<V>, Store: Store<Value = V>>,
{
    match result {
        Ok(value) => Ok(M::Scope::end(ticket, value)),
        Err(error) => Err(M::Scope::reject(ticket, error)),
    }
}
