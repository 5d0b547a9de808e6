//! The rest of a call that lends, once it has a ticket.

#![allow(private_bounds, reason = "called by expansions, without naming it")]

use crate::call::by_reference::LentTicket;
use crate::cell::memo_types::Spec;
use crate::value::store::Store;

/// Does the duty of a ticket. As [`finish_owned`](super::returns::finish_owned).
#[cold]
#[inline(never)]
pub fn finish_lent<'w, V, M: Spec<Store: Store<Value = V>>>(
    mut ticket: LentTicket<'w, M>,
    body: impl FnOnce() -> V,
) -> &'w V {
    ticket.start();
    ticket.end(body())
}

/// Does the duty of a ticket, if the body can.
#[cold]
#[inline(never)]
pub fn try_finish_lent<'w, V, E, M: Spec<Store: Store<Value = V>>>(
    mut ticket: LentTicket<'w, M>,
    body: impl FnOnce() -> Result<V, E>,
) -> Result<&'w V, E> {
    ticket.start();
    try_end_lent(&mut ticket, body())
}

/// The first half of [`finish_lent`] and [`try_finish_lent`], for a caller that runs the body itself: one that passes its own caller
/// on.
#[inline]
pub fn start_lent<M: Spec>(ticket: &mut LentTicket<'_, M>) {
    ticket.start();
}

/// The second half of [`finish_lent`].
#[inline]
pub(super) fn end_lent<'w, V, M: Spec<Store: Store<Value = V>>>(ticket: &mut LentTicket<'w, M>, value: V) -> &'w V {
    ticket.end(value)
}

/// The second half of [`try_finish_lent`].
#[inline]
pub(super) fn try_end_lent<'w, V, E, M: Spec<Store: Store<Value = V>>>(
    ticket: &mut LentTicket<'w, M>,
    result: Result<V, E>,
) -> Result<&'w V, E> {
    match result {
        Ok(value) => Ok(ticket.end(value)),
        Err(error) => Err(ticket.reject(error)),
    }
}
