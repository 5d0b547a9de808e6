//! Memos that lend, as an expansion calls them: with no bound left to fail but one.

use crate::argument::key::StoredKey;
use crate::argument::owner::{Locate, Place};
use crate::argument::scope::{Scope, Storable};
use crate::call::lent::{self, LendKey, LentStep, LentTicket};
use crate::memo::core::Core;
use crate::value::store::Store;

/// A scope with memos that lend a `V`.
#[allow(private_bounds, reason = "as for `Returns`")]
pub trait Lends<V: 'static>: Scope {
    /// See [`lent::begin_lent`].
    #[track_caller]
    fn begin<'w, O: Locate<Self> + ?Sized, K: LendKey<Self>>(
        core: &'static Core,
        place: Place<'w, O, Self>,
        key: K,
    ) -> LentStep<'w, V, O, Self, K::Store<V>>;

    /// See [`lent::get_lent`].
    fn get<'w, O: Locate<Self> + ?Sized, K: LendKey<Self>>(
        core: &'static Core,
        place: Place<'w, O, Self>,
        key: K,
    ) -> Option<&'w V>;

    /// See [`LentTicket::start`].
    fn start<O, St>(ticket: &mut LentTicket<'_, V, O, Self, St>)
    where
        O: Locate<Self> + ?Sized,
        St: Store<Key: StoredKey<Self>, Value = V> + 'static;

    /// See [`LentTicket::end`].
    fn end<'w, O, St>(ticket: &mut LentTicket<'w, V, O, Self, St>, value: V) -> &'w V
    where
        O: Locate<Self> + ?Sized,
        St: Store<Key: StoredKey<Self>, Value = V> + 'static;

    /// See [`LentTicket::reject`].
    fn reject<E, O, St>(ticket: &mut LentTicket<'_, V, O, Self, St>, error: E) -> E
    where
        O: Locate<Self> + ?Sized,
        St: Store<Key: StoredKey<Self>, Value = V> + 'static;
}

#[allow(private_bounds, reason = "as for `Returns`")]
impl<S: Scope, V: Storable<S>> Lends<V> for S {
    #[inline(always)]
    fn begin<'w, O: Locate<S> + ?Sized, K: LendKey<S>>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
    ) -> LentStep<'w, V, O, S, K::Store<V>> {
        lent::begin_lent(core, place, key)
    }

    #[inline]
    fn get<'w, O: Locate<S> + ?Sized, K: LendKey<S>>(
        core: &'static Core,
        place: Place<'w, O, S>,
        key: K,
    ) -> Option<&'w V> {
        lent::get_lent(core, place, key)
    }

    #[inline]
    fn start<O, St>(ticket: &mut LentTicket<'_, V, O, S, St>)
    where
        O: Locate<S> + ?Sized,
        St: Store<Key: StoredKey<S>, Value = V> + 'static,
    {
        ticket.start();
    }

    #[inline]
    fn end<'w, O, St>(ticket: &mut LentTicket<'w, V, O, S, St>, value: V) -> &'w V
    where
        O: Locate<S> + ?Sized,
        St: Store<Key: StoredKey<S>, Value = V> + 'static,
    {
        ticket.end(value)
    }

    #[inline]
    fn reject<E, O, St>(ticket: &mut LentTicket<'_, V, O, S, St>, error: E) -> E
    where
        O: Locate<S> + ?Sized,
        St: Store<Key: StoredKey<S>, Value = V> + 'static,
    {
        ticket.reject(error)
    }
}

/// A memoized call of a lending memo that has no handle: the result, or the duty to compute it.
#[inline(always)]
#[track_caller]
pub fn begin_lent<'w, V, O, S, K>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
) -> LentStep<'w, V, O, S, K::Store<V>>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Lends<V>,
    K: LendKey<S>,
{
    S::begin(core, place, key)
}

/// Does the duty of a ticket. As [`finish_owned`](super::returns::finish_owned).
#[allow(private_bounds, reason = "as for `Returns`")]
#[cold]
#[inline(never)]
pub fn finish_lent<'w, V, O, S, St>(mut ticket: LentTicket<'w, V, O, S, St>, body: impl FnOnce() -> V) -> &'w V
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Lends<V>,
    St: Store<Key: StoredKey<S>, Value = V> + 'static,
{
    S::start(&mut ticket);
    S::end(&mut ticket, body())
}

/// Does the duty of a ticket, if the body can.
#[allow(private_bounds, reason = "as for `Returns`")]
#[cold]
#[inline(never)]
pub fn try_finish_lent<'w, V, E, O, S, St>(
    mut ticket: LentTicket<'w, V, O, S, St>,
    body: impl FnOnce() -> Result<V, E>,
) -> Result<&'w V, E>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Lends<V>,
    St: Store<Key: StoredKey<S>, Value = V> + 'static,
{
    S::start(&mut ticket);
    try_end_lent(&mut ticket, body())
}

/// The first half of [`finish_lent`] and [`try_finish_lent`], for a caller that runs the body itself: one that passes its own caller
/// on.
#[allow(private_bounds, reason = "as for `Returns`")]
#[inline]
pub fn start_lent<V, O, S, St>(ticket: &mut LentTicket<'_, V, O, S, St>)
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Lends<V>,
    St: Store<Key: StoredKey<S>, Value = V> + 'static,
{
    S::start(ticket);
}

/// The second half of [`finish_lent`].
#[allow(private_bounds, reason = "as for `Returns`")]
#[inline]
pub fn end_lent<'w, V, O, S, St>(ticket: &mut LentTicket<'w, V, O, S, St>, value: V) -> &'w V
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Lends<V>,
    St: Store<Key: StoredKey<S>, Value = V> + 'static,
{
    S::end(ticket, value)
}

/// The second half of [`try_finish_lent`].
#[allow(private_bounds, reason = "as for `Returns`")]
#[inline]
pub fn try_end_lent<'w, V, E, O, S, St>(
    ticket: &mut LentTicket<'w, V, O, S, St>,
    result: Result<V, E>,
) -> Result<&'w V, E>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Lends<V>,
    St: Store<Key: StoredKey<S>, Value = V> + 'static,
{
    match result {
        Ok(value) => Ok(S::end(ticket, value)),
        Err(error) => Err(S::reject(ticket, error)),
    }
}
