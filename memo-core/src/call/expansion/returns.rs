//! The rest of a call that returns by clone, once it has a ticket.

#![allow(private_bounds, reason = "called by expansions, without naming it")]

use std::borrow::BorrowMut;

use crate::argument::key::KeySet;
use crate::call::by_clone::ticket::{Cloning, Ticket};
use crate::call::handle_op::Reply;
use crate::call::kept::what_is_kept::Keeping;
use crate::cell::memo_types::{Of, ValueOf};
use crate::memo::cycle::Cycle;
use crate::value::timing::Untimed;

/// The memo of an owner, with a key, that keeps `V`s for a time `T`.
pub(crate) type Keyed<O, S, K, V, T = Untimed> = Of<O, S, <K as KeySet<S>>::Store<V, T>>;

/// The same of results `R` that are kept as `H` says.
pub(crate) type KeyedAs<O, S, K, R, H> = Keyed<O, S, K, <H as Keeping<R>>::Kept, <H as Keeping<R>>::Timing>;

/// Does the duty of a ticket.
///
/// Never inlined: a hit should not pay for the registers that a miss needs. It is all that stands between the caller and the body,
/// since a recursion has as much of it on every level. The ticket comes by value where it is small, since a hit would have to drop
/// it if not; a large one is borrowed, since every level would have it twice.
#[cold]
#[inline(never)]
pub fn finish_owned<'w, R, M: Cloning + 'w, H: Keeping<R, Kept = ValueOf<M>>>(
    mut ticket: impl BorrowMut<Ticket<'w, M>>,
    body: impl FnOnce() -> R,
    keeping: &H,
) -> R {
    ticket.borrow_mut().start();
    ticket.borrow_mut().end(body(), keeping)
}

/// Does the duty of a ticket, for a handle that may ask how the result came to be.
#[cold]
#[inline(never)]
pub(super) fn finish_told<'w, R, M: Cloning + 'w, H: Keeping<R, Kept = ValueOf<M>>>(
    mut ticket: impl BorrowMut<Ticket<'w, M>>,
    body: impl FnOnce() -> R,
    keeping: &H,
) -> Reply<R, R> {
    ticket.borrow_mut().start();
    end_told(ticket.borrow_mut(), body(), keeping)
}

/// The second half.
pub(super) fn end_told<R, M: Cloning, H: Keeping<R, Kept = ValueOf<M>>>(
    ticket: &mut Ticket<'_, M>,
    result: R,
    keeping: &H,
) -> Reply<R, R> {
    let result = ticket.end(result, keeping);
    told(ticket, result)
}

/// The result, and how it came to be if that was asked.
pub(super) fn told<R, M: Cloning>(ticket: &Ticket<'_, M>, result: R) -> Reply<R, R> {
    match ticket.told() {
        Some(hit) => Reply::Told(result, hit),
        None => Reply::Value(result),
    }
}

/// The first half of [`finish_owned`], for a caller that runs the body itself: one that passes its own caller on.
#[inline]
pub fn start_owned<M: Cloning>(ticket: &mut Ticket<'_, M>) {
    ticket.start();
}

/// The second half.
#[inline]
pub(super) fn end_owned<R, M: Cloning, H: Keeping<R, Kept = ValueOf<M>>>(
    ticket: &mut Ticket<'_, M>,
    result: R,
    keeping: &H,
) -> R {
    ticket.end(result, keeping)
}

/// The ring that the call with this ticket would close, in a memo with `cycle = ..`: then its value is the result, and the ticket has no
/// duty.
#[inline]
pub fn ring<M: Cloning>(ticket: &mut Ticket<'_, M>) -> Option<Cycle> {
    ticket.ring()
}

/// `cycle = |cycle| ..`
#[inline]
pub fn in_ring_by<R>(ring: Cycle, value: impl FnOnce(Cycle) -> R) -> R {
    value(ring)
}
