//! The caller of a memo whose calls are futures: its function, when its future is polled first, or its handle. As
//! [`call_or_handle`](super::call_or_handle) is for all others.
//!
//! Who asks is `Copy`, and the function brings no more than a name of the memo. In a future a local that may have to be dropped has a flag,
//! and both are written to memory: a hit would pay for it.

#![allow(private_bounds, private_interfaces, reason = "called by expansions, without naming it")]

use std::cell::Cell;
use std::convert::Infallible;

use super::call_or_handle::{Instead, other};
use crate::argument::key::KeySet;
use crate::argument::owner::{Locate, Place};
use crate::call::by_clone::ticket::{Cloning, Step};
use crate::call::by_clone::{handle, hit};
use crate::call::by_reference;
use crate::call::expansion::returns::Keyed;
use crate::call::expansion::type_questions::Stores;
use crate::call::handle_op::{Op, Reply, Yields};
use crate::call::kept::what_is_compared::Compares;
use crate::call::kept::what_is_kept::Keeping;
use crate::call::source::Hit;
use crate::call::verify::{self, Same};
use crate::cell::memo_types::{At, KeyOf, Spec, ValueOf};
use crate::compute::way::TaskCall;
use crate::memo::core::Core;

/// The function asks: for the result. The memo is what the closure returns.
#[derive(Clone, Copy, Debug)]
pub struct CallAsTask<F>(pub F);

/// The memo. A future whose type speaks of a function that returns a reference is `Send` to the compiler for no lifetime but its own.
#[derive(Clone, Copy, Debug)]
pub struct Known(pub &'static Core);

/// The handle asks for the result, and how it came to be.
#[derive(Clone, Copy, Debug)]
pub struct ToldAsTask(pub &'static Core);

/// The handle asks at once, for what its `Op` says, which is taken out once.
#[allow(missing_debug_implementations, reason = "never seen by a user")]
pub struct ThroughAtOnce<'o, V>(pub &'static Core, pub &'o Cell<Option<Op<V>>>);

impl<V> Clone for ThroughAtOnce<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for ThroughAtOnce<'_, V> {}

impl<V> ThroughAtOnce<'_, V> {
    #[inline]
    fn op(self) -> Op<V> {
        self.1.take().expect("asked once")
    }
}

/// What a call does when it is polled first.
#[derive(Debug)]
pub enum AtOnce<R> {
    /// It has its reply.
    Done(R),
    /// It has to search further.
    Search(&'static Core),
}

/// Who asks a memo that returns an `R` by clone.
pub trait AskOwnedAsTask<R>: Copy {
    /// Whether the handle asks, which may bring a result along.
    const BY_HANDLE: bool = false;
    /// What comes back.
    type Reply;

    /// The answer, if there is one at once.
    fn at_once<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
    ) -> AtOnce<Self::Reply>;

    /// A result that came later, as it comes back.
    fn found(later: (R, Hit)) -> Self::Reply;
}

impl<R, F: Fn() -> Known + Copy> AskOwnedAsTask<R> for CallAsTask<F> {
    type Reply = R;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_once<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
    ) -> AtOnce<R> {
        let Known(core) = (self.0)();
        // A hit that is drawn takes the time of its body.
        if H::SAME.is_some() && verify::may_draw(core) {
            return AtOnce::Search(core);
        }
        hit::hit_at_once::<R, H, M, K>(core, place, key).map_or(AtOnce::Search(core), AtOnce::Done)
    }

    #[inline(always)]
    fn found((result, _): (R, Hit)) -> R {
        result
    }
}

impl<R> AskOwnedAsTask<R> for ToldAsTask {
    type Reply = (R, Hit);

    fn at_once<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
    ) -> AtOnce<(R, Hit)> {
        match AskOwnedAsTask::<R>::at_once::<H, M, K>(CallAsTask(|| Known(self.0)), place, key) {
            AtOnce::Done(result) => AtOnce::Done((result, Hit::Remembered)),
            AtOnce::Search(core) => AtOnce::Search(core),
        }
    }

    fn found(later: (R, Hit)) -> (R, Hit) {
        later
    }
}

impl<R> AskOwnedAsTask<R> for ThroughAtOnce<'_, R> {
    const BY_HANDLE: bool = true;
    type Reply = Reply<R, R>;

    #[inline]
    fn at_once<'w, H: Keeping<R, Kept = ValueOf<M>>, M: Cloning, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
    ) -> AtOnce<Reply<R, R>> {
        match handle::apply_owned::<R, H, M, &K>(self.0, place, key, self.op()) {
            Step::Done(reply) => AtOnce::Done(reply),
            Step::Compute(_) => unreachable!("{RUNS_NO_BODY}"),
        }
    }

    #[inline]
    fn found((result, _): (R, Hit)) -> Reply<R, R> {
        Reply::Value(result)
    }
}

/// Its methods say so by their bounds, and `call` does not ask at once.
const RUNS_NO_BODY: &str = "the handle of an `async fn` does not run its body at once";

/// What a lending call does when it is polled first.
#[derive(Debug)]
pub enum LentAtOnce<'w, V, E> {
    /// It has its result.
    Done(&'w V),
    /// The result is not asked for, or not there.
    Else(E),
    /// It has to search further.
    Search(&'static Core),
}

/// Who asks a memo that lends, and whose body yields a `Y`.
pub trait AskLentAsTask<Y>: Copy {
    /// Whether the handle asks, which may bring a result along.
    const BY_HANDLE: bool = false;
    /// What comes back from a function that returns an `Out`.
    type Reply<Out>;
    /// What is asked for beside the result.
    type Else;

    /// The result or what else is asked for, if that is known at once.
    fn at_once<'w, M: Spec, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
        same: Option<Same<ValueOf<M>>>,
    ) -> LentAtOnce<'w, ValueOf<M>, Self::Else>
    where
        Y: Yields<ValueOf<M>>;

    /// A result that was there at once, as it comes back.
    fn lent<Out>(result: Out) -> Self::Reply<Out>;

    /// A result that came later, as it comes back.
    fn found<Out>(result: Out, told: Hit) -> Self::Reply<Out>;

    /// What comes back instead of the result.
    fn instead<Out>(asked: Self::Else) -> Self::Reply<Out>;
}

impl<Y, F: Fn() -> Known + Copy> AskLentAsTask<Y> for CallAsTask<F> {
    type Reply<Out> = Out;
    type Else = Infallible;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_once<'w, M: Spec, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
        same: Option<Same<ValueOf<M>>>,
    ) -> LentAtOnce<'w, ValueOf<M>, Infallible>
    where
        Y: Yields<ValueOf<M>>,
    {
        let Known(core) = (self.0)();
        // As above.
        if same.is_some() && verify::may_draw(core) {
            return LentAtOnce::Search(core);
        }
        by_reference::hit_at_once::<M, K>(core, place, key).map_or(LentAtOnce::Search(core), LentAtOnce::Done)
    }

    #[inline(always)]
    fn lent<Out>(result: Out) -> Out {
        result
    }

    #[inline(always)]
    fn found<Out>(result: Out, _: Hit) -> Out {
        result
    }

    fn instead<Out>(asked: Infallible) -> Out {
        match asked {}
    }
}

impl<Y> AskLentAsTask<Y> for ToldAsTask {
    type Reply<Out> = (Out, Hit);
    type Else = Infallible;

    fn at_once<'w, M: Spec, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
        same: Option<Same<ValueOf<M>>>,
    ) -> LentAtOnce<'w, ValueOf<M>, Infallible>
    where
        Y: Yields<ValueOf<M>>,
    {
        AskLentAsTask::<Y>::at_once::<M, K>(CallAsTask(|| Known(self.0)), place, key, same)
    }

    fn lent<Out>(result: Out) -> (Out, Hit) {
        (result, Hit::Remembered)
    }

    fn found<Out>(result: Out, told: Hit) -> (Out, Hit) {
        (result, told)
    }

    fn instead<Out>(asked: Infallible) -> (Out, Hit) {
        match asked {}
    }
}

impl<Y> AskLentAsTask<Y> for ThroughAtOnce<'_, Y> {
    const BY_HANDLE: bool = true;
    type Reply<Out> = Reply<Out, Y>;
    type Else = Instead<Y>;

    #[inline]
    fn at_once<'w, M: Spec, K: KeyOf<M>>(
        self,
        place: At<'w, M>,
        key: &K,
        _same: Option<Same<ValueOf<M>>>,
    ) -> LentAtOnce<'w, ValueOf<M>, Instead<Y>>
    where
        Y: Yields<ValueOf<M>>,
    {
        match self.op() {
            Op::Get => {
                let found = by_reference::get_lent::<M, &K>(self.0, place, key);
                found.map_or(LentAtOnce::Else(Instead::Nothing), LentAtOnce::Done)
            }
            Op::Call | Op::Compute => unreachable!("{RUNS_NO_BODY}"),
            op => LentAtOnce::Else(other::<M, &K, Y, _>(self.0, place, key, op, &TaskCall::new())),
        }
    }

    #[inline]
    fn lent<Out>(result: Out) -> Reply<Out, Y> {
        Reply::Out(result)
    }

    #[inline]
    fn found<Out>(result: Out, _: Hit) -> Reply<Out, Y> {
        Reply::Out(result)
    }

    #[inline]
    fn instead<Out>(asked: Instead<Y>) -> Reply<Out, Y> {
        asked.reply(|| unreachable!("{RUNS_NO_BODY}"))
    }
}

/// A memoized call, or what the handle asks: the answer, if it is there.
#[inline(always)]
pub fn at_once_owned<'w, R, O, S, K, H, A>(ask: A, place: Place<'w, O, S>, key: &K, _keeping: &H) -> AtOnce<A::Reply>
where
    O: Locate<S> + ?Sized,
    S: Stores<H::Kept>,
    K: KeySet<S>,
    H: Keeping<R, Kept: Clone + 'static>,
    A: AskOwnedAsTask<R>,
{
    ask.at_once::<H, Keyed<O, S, K, H::Kept, H::Timing>, K>(place, key)
}

/// A memoized call of a lending memo, or what its handle asks: the result or what else is asked for, if that is there.
#[inline(always)]
pub fn at_once_lent<'w, V, Y, O, S, K, C, A>(
    ask: A,
    place: Place<'w, O, S>,
    key: &K,
    _compares: C,
) -> LentAtOnce<'w, V, A::Else>
where
    V: 'static,
    O: Locate<S> + ?Sized,
    S: Stores<V>,
    K: KeySet<S>,
    Y: Yields<V>,
    C: Compares<V>,
    A: AskLentAsTask<Y>,
{
    ask.at_once::<Keyed<O, S, K, V>, K>(place, key, C::SAME)
}
