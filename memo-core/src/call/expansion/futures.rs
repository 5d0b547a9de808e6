//! A call of an `async fn`, whose body is a future.
//!
//! The expansion is an `async fn` with the user's signature. What is here is awaited by it, so nothing is boxed, spawned or made
//! `'static`: the future has the arguments, borrows from them, and is `Send` where they are and the body's future is.
//!
//! The first look is no future: a hit is ready when it is polled first, and awaits nothing. See
//! [`task_or_handle`](super::task_or_handle).

#![allow(private_bounds, private_interfaces, reason = "called by expansions, without naming it")]

use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use super::returns::Keyed;
use super::type_questions::Stores;
use crate::argument::key::KeySet;
use crate::argument::owner::{Locate, Place};
use crate::call::by_clone::ticket::{Cloning, Step, Ticket};
use crate::call::by_clone::{miss, verified};
use crate::call::by_reference::{self, LentStep, LentTicket};
use crate::call::kept::what_is_compared::Compares;
use crate::call::kept::what_is_kept::Keeping;
use crate::call::source::Hit;
use crate::call::verify::Verifying;
use crate::cell::memo_types::{Spec, ValueOf};
use crate::compute::as_task::body;
use crate::compute::way::TaskCall;
use crate::memo::core::Core;
use crate::reclaim::outermost_call;
use crate::value::store::Store;

/// The result that another call has made, and how it came to be, or the duty to compute it.
pub async fn search_owned<'w, R, O, S, K, H>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    keeping: &H,
) -> Step<'w, (R, Hit), Keyed<O, S, K, H::Kept, H::Timing>, TaskCall>
where
    O: Locate<S> + ?Sized,
    S: Stores<H::Kept>,
    K: KeySet<S>,
    H: Keeping<R, Kept: Clone + 'static>,
{
    let (mut step, hit) = miss::search_as_task::<R, H, Keyed<O, S, K, H::Kept, H::Timing>, K>(core, place, &key).await;
    verified::draw::<R, H, Keyed<O, S, K, H::Kept, H::Timing>, K, TaskCall>(core, &mut step, &key, keeping);
    match step {
        Step::Done(result) => Step::Done((result, hit)),
        Step::Compute(ticket) => Step::Compute(ticket),
    }
}

/// Polls what a hit does not come to. A call of its own: so a hit keeps no registers, and sets no stack up, for it.
#[inline(never)]
pub fn poll_rest<F: Future>(rest: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output> {
    rest.poll(context)
}

/// Does the duty of a ticket.
pub async fn finish_owned_async<'w, R, M, H, F>(
    mut ticket: Ticket<'w, M, TaskCall>,
    body: impl FnOnce() -> F,
    keeping: &H,
) -> (R, Hit)
where
    M: Cloning + 'w,
    H: Keeping<R, Kept = ValueOf<M>>,
    F: Future<Output = R>,
{
    let result = body::run(&mut ticket, Verifying::begin, body).await;
    let _call = outermost_call::Call::enter();
    let result = ticket.end(result, keeping);
    // A hit that was verified has no more to tell.
    (result, ticket.told().unwrap_or(Hit::Remembered))
}

/// The result that another call has made, and how it came to be, or the duty to compute it.
pub async fn search_lent<'w, V: 'static, O: Locate<S> + ?Sized, S: Stores<V>, K: KeySet<S>, C: Compares<V>>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    _compares: C,
) -> LentStep<'w, V, Keyed<O, S, K, V>, Infallible, Hit, TaskCall> {
    let mut step = by_reference::search_as_task::<Keyed<O, S, K, V>, K, Infallible>(core, place, &key).await;
    by_reference::draw::<Keyed<O, S, K, V>, K, Infallible, Hit, TaskCall>(core, &mut step, &key, C::SAME);
    step
}

/// Does the duty of a ticket.
pub async fn finish_lent_async<'w, V, M, F>(
    mut ticket: LentTicket<'w, M, TaskCall>,
    body: impl FnOnce() -> F,
) -> (&'w V, Hit)
where
    M: Spec<Store: Store<Value = V>>,
    F: Future<Output = V>,
{
    let value = body::run(&mut ticket, Verifying::begin, body).await;
    let _call = outermost_call::Call::enter();
    (ticket.end(value), ticket.hit())
}

/// Does the duty of a ticket, if the body can.
pub async fn try_finish_lent_async<'w, V, E, M, F>(
    mut ticket: LentTicket<'w, M, TaskCall>,
    body: impl FnOnce() -> F,
) -> (Result<&'w V, E>, Hit)
where
    M: Spec<Store: Store<Value = V>>,
    F: Future<Output = Result<V, E>>,
{
    let result = body::run(&mut ticket, Verifying::begin, body).await;
    let _call = outermost_call::Call::enter();
    let lent = match result {
        Ok(value) => Ok(ticket.end(value)),
        Err(error) => Err(ticket.reject(error)),
    };
    (lent, ticket.hit())
}

/// The answer to a handle, which asks for nothing that takes time.
pub fn answer<R>(asked: impl Future<Output = R>) -> R {
    match pin!(asked).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("a handle neither computes nor waits"),
    }
}
