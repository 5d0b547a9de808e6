//! The caller of a memo: its function, which wants the result, or its handle, which requests another operation.
//!
//! An expansion checks the user's types, makes the key and calls the body in one function, generic over the caller. With two functions, the
//! compiler would report each mistake twice: it merges equal errors only within one item.

#![allow(private_bounds, private_interfaces, reason = "called by expansions, without naming it")]

use std::borrow::BorrowMut;
use std::convert::Infallible;

use super::lends;
use super::returns::{Keyed, KeyedAs, end_owned, end_told, finish_owned, finish_told, told};
use super::type_questions::Stores;
use crate::argument::key::KeySet;
use crate::argument::owner::{Locate, Place};
use crate::call::by_clone::ticket::{Cloning, Step, Ticket};
use crate::call::by_clone::{self, handle, verified};
use crate::call::by_reference::{self, LentStep, LentTicket};
use crate::call::exclusive;
use crate::call::handle_op::{Op, Prepared, Reply, Yields};
use crate::call::kept::what_is_compared::Compares;
use crate::call::kept::what_is_kept::Keeping;
use crate::call::set_lent;
use crate::call::source::{Hit, Tells};
use crate::call::verify::{self, Same};
use crate::cell::memo_types::{At, KeyOf, Spec, ValueOf};
use crate::compute::way::Way;
use crate::memo::core::Core;
use crate::reclaim::outermost_call;
use crate::sys::panics::OnItsWay;
use crate::value::store::Store;

/// The function asks: for the result.
///
/// Whoever asks brings the memo along. With that as an argument of its own, the compiler would speak of its `'static` in what it
/// says of the user's lifetimes.
#[derive(Clone, Copy, Debug)]
pub struct Call(pub &'static Core);

/// The handle asks, for what its `Op` says.
#[derive(Debug)]
pub struct Through<V>(pub &'static Core, pub Op<V>);

/// Who asks a memo that returns an `R` by clone.
pub trait AskOwned<R>: Sized {
    /// Whether the handle asks, which may bring a result along.
    const BY_HANDLE: bool = false;
    /// What comes back.
    type Reply;

    /// Does what is asked, or says what is left to do.
    #[track_caller]
    fn begin<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: K,
        keeping: &H,
    ) -> Step<'w, Self::Reply, M>;

    /// The same to its end, where there is no extra key.
    #[track_caller]
    fn call<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning + 'w>(
        self,
        place: At<'w, M>,
        keeping: H,
        body: impl FnOnce() -> R,
    ) -> Self::Reply
    where
        (): KeyOf<M>,
    {
        match self.begin::<H, M, ()>(place, (), &keeping) {
            Step::Done(reply) => reply,
            Step::Compute(ticket) => Self::finish(ticket, body, &keeping),
        }
    }

    /// Does the duty of a ticket: what comes back.
    fn finish<'w, M: Cloning + 'w, H: Keeping<R, Kept = ValueOf<M>>>(
        ticket: impl BorrowMut<Ticket<'w, M>>,
        body: impl FnOnce() -> R,
        keeping: &H,
    ) -> Self::Reply;

    /// The same once the body has returned, for one that is called where its caller is passed on.
    fn end<M: Cloning, H: Keeping<R, Kept = ValueOf<M>>>(
        ticket: &mut Ticket<'_, M>,
        result: R,
        keeping: &H,
    ) -> Self::Reply;

    /// The value of `cycle = ..`, in place of the result of a call that closes a ring.
    fn in_ring<M: Cloning>(ticket: &Ticket<'_, M>, value: R) -> Self::Reply;
}

impl<R> AskOwned<R> for Call {
    type Reply = R;

    // Without optimisation each call that is put in place adds its copies of the result to the frame.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: K,
        keeping: &H,
    ) -> Step<'w, R, M> {
        if !verify::ON {
            return by_clone::begin_owned::<R, H, M, K>(self.0, place, key);
        }
        let mut step = by_clone::begin_owned::<R, H, M, &K>(self.0, place, &key);
        verified::draw::<R, H, M, K, _>(self.0, &mut step, &key, keeping);
        step
    }

    #[inline(always)]
    fn call<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning + 'w>(
        self,
        place: At<'w, M>,
        keeping: H,
        body: impl FnOnce() -> R,
    ) -> R
    where
        (): KeyOf<M>,
    {
        by_clone::call_owned::<R, H, M>(self.0, place, keeping, body)
    }

    #[inline(always)]
    fn finish<'w, M: Cloning + 'w, H: Keeping<R, Kept = ValueOf<M>>>(
        ticket: impl BorrowMut<Ticket<'w, M>>,
        body: impl FnOnce() -> R,
        keeping: &H,
    ) -> R {
        finish_owned(ticket, body, keeping)
    }

    fn in_ring<M: Cloning>(_: &Ticket<'_, M>, value: R) -> R {
        value
    }

    #[inline(always)]
    fn end<M: Cloning, H: Keeping<R, Kept = ValueOf<M>>>(ticket: &mut Ticket<'_, M>, result: R, keeping: &H) -> R {
        end_owned(ticket, result, keeping)
    }
}

impl<R> AskOwned<R> for Through<R> {
    const BY_HANDLE: bool = true;
    type Reply = Reply<R, R>;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: K,
        _keeping: &H,
    ) -> Step<'w, Reply<R, R>, M> {
        handle::apply_owned::<R, H, M, K>(self.0, place, key, self.1)
    }

    #[inline]
    fn finish<'w, M: Cloning + 'w, H: Keeping<R, Kept = ValueOf<M>>>(
        ticket: impl BorrowMut<Ticket<'w, M>>,
        body: impl FnOnce() -> R,
        keeping: &H,
    ) -> Reply<R, R> {
        finish_told(ticket, body, keeping)
    }

    #[inline]
    fn end<M: Cloning, H: Keeping<R, Kept = ValueOf<M>>>(
        ticket: &mut Ticket<'_, M>,
        result: R,
        keeping: &H,
    ) -> Reply<R, R> {
        end_told(ticket, result, keeping)
    }

    fn in_ring<M: Cloning>(ticket: &Ticket<'_, M>, value: R) -> Reply<R, R> {
        told(ticket, value)
    }
}

/// Who asks a memo that lends, and whose body yields a `Y`.
pub trait AskLent<Y>: Sized {
    /// Whether the handle asks, which may bring a result along.
    const BY_HANDLE: bool = false;
    /// What comes back from a function that returns an `Out`.
    type Reply<Out>;
    /// What is asked for beside the result.
    type Else;
    /// What is told of how the result came to be.
    type Told: Tells;

    /// Looks for the result, if that is asked for.
    #[track_caller]
    fn begin<'w, M: Spec, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: K,
        same: Option<Same<ValueOf<M>>>,
    ) -> LentStep<'w, ValueOf<M>, M, Self::Else, Self::Told>
    where
        Y: Yields<ValueOf<M>>;

    /// The result, as it comes back.
    fn lent<Out>(result: Out, told: Self::Told) -> Self::Reply<Out>;

    /// Does the duty of a ticket: what comes back, in the `form` that is lent. Out of line, as
    /// [`finish_owned`](super::returns::finish_owned) is.
    #[cold]
    #[inline(never)]
    fn finish<'w, V, M: Spec<Store: Store<Value = V>>, Out>(
        mut ticket: LentTicket<'w, M>,
        body: impl FnOnce() -> V,
        form: impl FnOnce(&'w V) -> Out,
    ) -> Self::Reply<Out> {
        ticket.start();
        let reply = Self::end(&mut ticket, body(), form);
        // Its duty is done: nothing is left to drop, which the compiler cannot see.
        std::mem::forget(ticket);
        reply
    }

    /// The same, if the body can.
    #[cold]
    #[inline(never)]
    fn try_finish<'w, V, E, M: Spec<Store: Store<Value = V>>, Out>(
        mut ticket: LentTicket<'w, M>,
        body: impl FnOnce() -> Result<V, E>,
        form: impl FnOnce(&'w V) -> Out,
    ) -> Self::Reply<Result<Out, E>> {
        ticket.start();
        let reply = Self::try_end(&mut ticket, body(), form);
        // As above.
        std::mem::forget(ticket);
        reply
    }

    /// The second half of [`finish`](AskLent::finish), for a body that is called where its caller is passed on.
    #[inline]
    fn end<'w, V, M: Spec<Store: Store<Value = V>>, Out>(
        ticket: &mut LentTicket<'w, M>,
        value: V,
        form: impl FnOnce(&'w V) -> Out,
    ) -> Self::Reply<Out> {
        let lent = lends::end_lent(ticket, value);
        Self::lent(form(lent), Tells::told(ticket.hit()))
    }

    /// The second half of [`try_finish`](AskLent::try_finish).
    #[inline]
    fn try_end<'w, V, E, M: Spec<Store: Store<Value = V>>, Out>(
        ticket: &mut LentTicket<'w, M>,
        result: Result<V, E>,
        form: impl FnOnce(&'w V) -> Out,
    ) -> Self::Reply<Result<Out, E>> {
        let lent = lends::try_end_lent(ticket, result);
        Self::lent(lent.map(form), Tells::told(ticket.hit()))
    }

    /// What comes back instead of the result.
    fn instead<Out>(asked: Self::Else, body: impl FnOnce() -> Y) -> Self::Reply<Out>;
}

impl<Y> AskLent<Y> for Call {
    type Reply<Out> = Out;
    type Else = Infallible;
    type Told = ();

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin<'w, M: Spec, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: K,
        same: Option<Same<ValueOf<M>>>,
    ) -> LentStep<'w, ValueOf<M>, M>
    where
        Y: Yields<ValueOf<M>>,
    {
        if !verify::ON {
            return by_reference::begin_lent::<M, K, Infallible>(self.0, place, key);
        }
        let mut step = by_reference::begin_lent::<M, &K, Infallible>(self.0, place, &key);
        by_reference::draw::<M, K, Infallible, _, _>(self.0, &mut step, &key, same);
        step
    }

    #[inline(always)]
    fn lent<Out>(result: Out, (): ()) -> Out {
        result
    }

    fn instead<Out>(asked: Infallible, _body: impl FnOnce() -> Y) -> Out {
        match asked {}
    }
}

/// What the handle asks of a memo that lends, if not for a result that is there.
#[derive(Debug)]
pub enum Instead<Y> {
    /// The bare body.
    Body,
    /// Nothing more.
    Nothing,
    /// What was not taken.
    Back(Y),
    /// A change that is yet to be made.
    Prepared(Prepared<Y>),
}

impl<Y> Instead<Y> {
    #[inline]
    pub(super) fn reply<Out>(self, body: impl FnOnce() -> Y) -> Reply<Out, Y> {
        match self {
            Self::Nothing => Reply::Nothing,
            Self::Body => Reply::Value(body()),
            Self::Back(value) => Reply::Value(value),
            Self::Prepared(change) => Reply::Prepared(change),
        }
    }
}

impl<Y> AskLent<Y> for Through<Y> {
    const BY_HANDLE: bool = true;
    type Reply<Out> = Reply<Out, Y>;
    type Else = Instead<Y>;
    type Told = Option<Hit>;

    #[inline(always)]
    fn begin<'w, M: Spec, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: K,
        _same: Option<Same<ValueOf<M>>>,
    ) -> LentStep<'w, ValueOf<M>, M, Instead<Y>, Option<Hit>>
    where
        Y: Yields<ValueOf<M>>,
    {
        match self.1 {
            Op::Get => {
                let found = by_reference::get_lent::<M, K>(self.0, place, key);
                found.map_or(LentStep::Else(Instead::Nothing), |found| LentStep::Done(found, None))
            }
            Op::Call => by_reference::begin_told::<M, K, Instead<Y>>(self.0, place, &key),
            op => LentStep::Else(other::<M, K, Y, _>(self.0, place, key, op, &outermost_call::Call::enter())),
        }
    }

    #[inline]
    fn lent<Out>(result: Out, told: Option<Hit>) -> Reply<Out, Y> {
        match told {
            Some(hit) => Reply::Told(result, hit),
            None => Reply::Out(result),
        }
    }

    #[inline]
    fn instead<Out>(asked: Instead<Y>, body: impl FnOnce() -> Y) -> Reply<Out, Y> {
        asked.reply(|| bare(body))
    }
}

/// All but a look, which is to be small enough to be inlined.
#[inline(never)]
pub(super) fn other<M: Spec, K: KeyOf<M>, Y: Yields<ValueOf<M>>, W: Way>(
    core: &'static Core,
    place: At<'_, M>,
    key: K,
    op: Op<Y>,
    way: &W,
) -> Instead<Y> {
    match op {
        Op::Compute => Instead::Body,
        Op::Prepare => Instead::Prepared(Prepared(exclusive::prepare::<M, K, Y>(core, key))),
        Op::Set(value) => match value.arrive().keep() {
            Ok(value) => match set_lent::set::<M, K, W>(core, place, &key, OnItsWay::new(value), way) {
                Ok(()) => Instead::Nothing,
                Err(back) => Instead::Back(Y::give(back)),
            },
            Err(not_kept) => Instead::Back(not_kept),
        },
        Op::Get | Op::Call => unreachable!("carried out by the caller"),
        Op::Refresh | Op::Renew | Op::Insert(_) | Op::Forget => {
            unreachable!("asked of memos that are `Revocable` only")
        }
    }
}

/// Runs a body that the handle asks for. Out of line, so that what is left for a look is small enough to be inlined.
#[cold]
#[inline(never)]
fn bare<V>(body: impl FnOnce() -> V) -> V {
    body()
}

/// A memoized call without extra key, or what the handle asks: the answer.
#[inline(always)]
#[track_caller]
pub fn call_owned<R, O, S, H, A>(ask: A, place: Place<'_, O, S>, keeping: H, body: impl FnOnce() -> R) -> A::Reply
where
    O: Locate<S> + ?Sized,
    S: Stores<H::Kept>,
    H: Keeping<R, Kept: Clone + 'static>,
    A: AskOwned<R>,
{
    ask.call::<H, Keyed<O, S, (), H::Kept, H::Timing>>(place, keeping, body)
}

/// A memoized call, or what the handle asks: the answer, or the duty to compute it.
#[cfg_attr(not(debug_assertions), inline(always))]
#[track_caller]
pub fn ask_owned<'w, R, O, S, K, H, A>(
    ask: A,
    place: Place<'w, O, S>,
    key: K,
    keeping: &H,
) -> Step<'w, A::Reply, KeyedAs<O, S, K, R, H>>
where
    O: Locate<S> + ?Sized,
    S: Stores<H::Kept>,
    K: KeySet<S>,
    H: Keeping<R, Kept: Clone + 'static>,
    A: AskOwned<R>,
{
    ask.begin::<H, KeyedAs<O, S, K, R, H>, K>(place, key, keeping)
}

/// A memoized call of a function that has no handle: the result, or the duty to compute it.
#[inline(always)]
#[track_caller]
pub fn begin_owned<'w, R, O, S, K, H>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    keeping: &H,
) -> Step<'w, R, KeyedAs<O, S, K, R, H>>
where
    O: Locate<S> + ?Sized,
    S: Stores<H::Kept>,
    K: KeySet<S>,
    H: Keeping<R, Kept: Clone + 'static>,
{
    ask_owned(Call(core), place, key, keeping)
}

/// What a question to a lending memo finds first.
type LentAsked<'w, V, M, Y, A> = LentStep<'w, V, M, <A as AskLent<Y>>::Else, <A as AskLent<Y>>::Told>;

/// A memoized call of a lending memo, or what its handle asks: the result, the duty to compute it, or what else is asked.
#[inline(always)]
#[track_caller]
pub fn ask_lent<'w, V, Y, O, S, K, C, A>(
    ask: A,
    place: Place<'w, O, S>,
    key: K,
    _compares: C,
) -> LentAsked<'w, V, Keyed<O, S, K, V>, Y, A>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Stores<V>,
    K: KeySet<S>,
    Y: Yields<V>,
    C: Compares<V>,
    A: AskLent<Y>,
{
    ask.begin::<Keyed<O, S, K, V>, K>(place, key, C::SAME)
}

/// The same of a function that has no handle.
#[inline(always)]
#[track_caller]
pub fn begin_lent<'w, V: 'static, O: Locate<S> + ?Sized, S: Stores<V>, K: KeySet<S>, C: Compares<V>>(
    core: &'static Core,
    place: Place<'w, O, S>,
    key: K,
    compares: C,
) -> LentStep<'w, V, Keyed<O, S, K, V>> {
    ask_lent::<V, V, _, _, _, _, _>(Call(core), place, key, compares)
}
