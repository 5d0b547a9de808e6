//! Who asks a memo: its function, which wants the result, or its handle, which has something else done.
//!
//! An expansion asks the user's types its questions, makes the key and calls the body in one function, which is generic over
//! these. In two, the compiler would tell each mistake twice: it takes equal errors for one only where they are of one item.

use std::convert::Infallible;

use super::lends::Lends;
use super::returns::{Keyed, Returns, finish_owned};
use crate::argument::key::KeySet;
use crate::argument::owner::{Locate, Place};
use crate::call::lent::LentStep;
use crate::call::op::{LentOp, Op, Reply};
use crate::call::owned::Step;
use crate::call::what_is_kept::Keeping;
use crate::memo::core::Core;

/// The function asks: for the result.
///
/// Whoever asks brings the memo along. With that as an argument of its own, the compiler would speak of its `'static` in what it
/// says of the user's lifetimes.
#[derive(Clone, Copy, Debug)]
pub struct Call(pub &'static Core);

/// The handle asks, for what its `Op` says.
#[derive(Debug)]
pub struct Through<Op>(pub &'static Core, pub Op);

/// Who asks a memo that returns an `R` by clone.
#[allow(private_bounds, reason = "as for `Returns`")]
pub trait AskOwned<R>: Sized {
    /// What comes back.
    type Reply;

    /// Does what is asked, or says what is left to do.
    #[track_caller]
    fn begin<'w, H, O, S, K>(self, place: Place<'w, O, S>, key: K) -> Step<'w, Self::Reply, Keyed<O, S, K, H::Kept>>
    where
        H: Keeping<R, Kept: 'static>,
        O: Locate<S> + ?Sized,
        S: Returns<R, H>,
        K: KeySet<S>;

    /// The same to its end, where there is no extra key.
    #[track_caller]
    fn call<H, O, S>(self, place: Place<'_, O, S>, keeping: H, body: impl FnOnce() -> R) -> Self::Reply
    where
        H: Keeping<R, Kept: 'static>,
        O: Locate<S> + ?Sized,
        S: Returns<R, H>;

    /// What the body yielded, as it comes back.
    fn computed(result: R) -> Self::Reply;
}

#[allow(private_bounds, reason = "as for `Returns`")]
impl<R> AskOwned<R> for Call {
    type Reply = R;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin<'w, H, O, S, K>(self, place: Place<'w, O, S>, key: K) -> Step<'w, R, Keyed<O, S, K, H::Kept>>
    where
        H: Keeping<R, Kept: 'static>,
        O: Locate<S> + ?Sized,
        S: Returns<R, H>,
        K: KeySet<S>,
    {
        S::begin(self.0, place, key)
    }

    #[inline(always)]
    fn call<H, O, S>(self, place: Place<'_, O, S>, keeping: H, body: impl FnOnce() -> R) -> R
    where
        H: Keeping<R, Kept: 'static>,
        O: Locate<S> + ?Sized,
        S: Returns<R, H>,
    {
        S::call(self.0, place, keeping, body)
    }

    #[inline(always)]
    fn computed(result: R) -> R {
        result
    }
}

#[allow(private_bounds, reason = "as for `Returns`")]
impl<R> AskOwned<R> for Through<Op<R>> {
    type Reply = Reply<R, R>;

    #[inline]
    fn begin<'w, H, O, S, K>(self, place: Place<'w, O, S>, key: K) -> Step<'w, Reply<R, R>, Keyed<O, S, K, H::Kept>>
    where
        H: Keeping<R, Kept: 'static>,
        O: Locate<S> + ?Sized,
        S: Returns<R, H>,
        K: KeySet<S>,
    {
        S::apply(self.0, place, key, self.1)
    }

    fn call<H, O, S>(self, place: Place<'_, O, S>, keeping: H, body: impl FnOnce() -> R) -> Reply<R, R>
    where
        H: Keeping<R, Kept: 'static>,
        O: Locate<S> + ?Sized,
        S: Returns<R, H>,
    {
        match self.begin::<H, O, S, ()>(place, ()) {
            Step::Done(reply) => reply,
            Step::Compute(ticket) => Self::computed(finish_owned(ticket, body, &keeping)),
        }
    }

    #[inline]
    fn computed(result: R) -> Reply<R, R> {
        Reply::Value(result)
    }
}

/// Who asks a memo that lends.
#[allow(private_bounds, reason = "as for `Returns`")]
pub trait AskLent: Sized {
    /// What comes back from a function that returns an `Out` and has a body that yields a `Value`.
    type Reply<Out, Value>;
    /// What is asked for beside the result.
    type Else;

    /// Looks for the result, if that is asked for.
    #[track_caller]
    fn begin<'w, V, O, S, K>(self, place: Place<'w, O, S>, key: K) -> LentStep<'w, V, Keyed<O, S, K, V>, Self::Else>
    where
        V: 'static,
        O: Locate<S> + ?Sized,
        S: Lends<V>,
        K: KeySet<S>;

    /// The result, as it comes back.
    fn lent<Out, Value>(result: Out) -> Self::Reply<Out, Value>;

    /// What comes back instead of the result.
    fn instead<Out, Value>(asked: Self::Else, body: impl FnOnce() -> Value) -> Self::Reply<Out, Value>;
}

#[allow(private_bounds, reason = "as for `Returns`")]
impl AskLent for Call {
    type Reply<Out, Value> = Out;
    type Else = Infallible;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin<'w, V, O, S, K>(self, place: Place<'w, O, S>, key: K) -> LentStep<'w, V, Keyed<O, S, K, V>>
    where
        V: 'static,
        O: Locate<S> + ?Sized,
        S: Lends<V>,
        K: KeySet<S>,
    {
        S::begin(self.0, place, key)
    }

    #[inline(always)]
    fn lent<Out, Value>(result: Out) -> Out {
        result
    }

    fn instead<Out, Value>(asked: Infallible, _body: impl FnOnce() -> Value) -> Out {
        match asked {}
    }
}

#[allow(private_bounds, reason = "as for `Returns`")]
impl AskLent for Through<LentOp> {
    type Reply<Out, Value> = Reply<Out, Value>;
    type Else = LentOp;

    #[inline]
    fn begin<'w, V, O, S, K>(self, place: Place<'w, O, S>, key: K) -> LentStep<'w, V, Keyed<O, S, K, V>, LentOp>
    where
        V: 'static,
        O: Locate<S> + ?Sized,
        S: Lends<V>,
        K: KeySet<S>,
    {
        let found = match self.1 {
            LentOp::Get => S::get(self.0, place, key),
            LentOp::Compute => None,
        };
        found.map_or(LentStep::Else(self.1), LentStep::Done)
    }

    #[inline]
    fn lent<Out, Value>(result: Out) -> Reply<Out, Value> {
        Reply::Out(result)
    }

    #[inline]
    fn instead<Out, Value>(asked: LentOp, body: impl FnOnce() -> Value) -> Reply<Out, Value> {
        match asked {
            LentOp::Get => Reply::Nothing,
            LentOp::Compute => Reply::Value(body()),
        }
    }
}

/// A memoized call without extra key, or what the handle asks: the answer.
#[inline(always)]
#[track_caller]
pub fn call_owned<R, O, S, H, A>(ask: A, place: Place<'_, O, S>, keeping: H, body: impl FnOnce() -> R) -> A::Reply
where
    O: Locate<S> + ?Sized,
    S: Returns<R, H>,
    H: Keeping<R, Kept: 'static>,
    A: AskOwned<R>,
{
    ask.call(place, keeping, body)
}

/// A memoized call, or what the handle asks: the answer, or the duty to compute it.
#[cfg_attr(not(debug_assertions), inline(always))]
#[track_caller]
pub fn ask_owned<'w, R, O, S, K, H, A>(
    ask: A,
    place: Place<'w, O, S>,
    key: K,
    _keeping: &H,
) -> Step<'w, A::Reply, Keyed<O, S, K, H::Kept>>
where
    O: Locate<S> + ?Sized,
    S: Returns<R, H>,
    K: KeySet<S>,
    H: Keeping<R, Kept: 'static>,
    A: AskOwned<R>,
{
    ask.begin::<H, O, S, K>(place, key)
}

/// A memoized call of a lending memo, or what its handle asks: the result, the duty to compute it, or what else is asked.
#[inline(always)]
#[track_caller]
pub fn ask_lent<'w, V, O, S, K, A>(
    ask: A,
    place: Place<'w, O, S>,
    key: K,
) -> LentStep<'w, V, Keyed<O, S, K, V>, A::Else>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Lends<V>,
    K: KeySet<S>,
    A: AskLent,
{
    ask.begin(place, key)
}
