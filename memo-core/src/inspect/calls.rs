//! How a handle calls its function: at once, or by a future.
//!
//! That future borrows the arguments and has the body's locals in it, so nothing but the expansion knows its type, and that for the
//! lifetimes of one call. So the handle of an `async fn` has in its type a function that makes the future. Nothing is boxed, and the
//! compiler sees whether the future is `Send`.
//!
//! # Invariants
//!
//! 1. Who has a handle with an [`Async<P, C>`](Async) where `C` is [`AsksAsTask`] has it from an expansion, which had a `C`. That takes no room
//!    and is `Copy`: another one is made of its type alone.

use std::ptr::NonNull;

use crate::call::source::Hit;
use crate::inspect::signature::{Async, Lent, Owned};
use crate::memo::core::Core;

/// Memos that a handle can call, with the arguments `A`, for a function that returns an `Out`.
#[diagnostic::on_unimplemented(
    message = "this handle has no `call`",
    label = "the function is `async`, or has its owner by `&mut`",
    note = "the future of an `async fn` is known to the handle alone that the function `.._memo()` returns: `storable` gives up `call` for a type that can be written",
    note = "a memo with `last` has its owner by `&mut`: call the function"
)]
pub trait Calls<A, Out> {
    /// The result and how it came to be, or a future of that.
    type Told;
    /// Calls the function: by a future, or `at_once`.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "called by the handle only")]
    fn call(core: &'static Core, args: A, at_once: impl FnOnce(A) -> (Out, Hit)) -> Self::Told;
}

#[allow(private_interfaces, reason = "as for the trait")]
impl<A, Out, P> Calls<A, Out> for Owned<P> {
    type Told = (Out, Hit);

    #[inline]
    fn call(_: &'static Core, args: A, at_once: impl FnOnce(A) -> (Out, Hit)) -> (Out, Hit) {
        at_once(args)
    }
}

#[allow(private_interfaces, reason = "as for the trait")]
impl<A, Out, V, P> Calls<A, Out> for Lent<V, P> {
    type Told = (Out, Hit);

    #[inline]
    fn call(_: &'static Core, args: A, at_once: impl FnOnce(A) -> (Out, Hit)) -> (Out, Hit) {
        at_once(args)
    }
}

// So that the compiler names only what its user may write.
#[diagnostic::do_not_recommend]
#[allow(private_interfaces, reason = "as for the trait")]
impl<A, Out, P, C: AsksAsTask<A>> Calls<A, Out> for Async<P, C> {
    type Told = C::Future;

    #[inline]
    fn call(core: &'static Core, args: A, _: impl FnOnce(A) -> (Out, Hit)) -> C::Future {
        const { assert!(size_of::<C>() == 0, "the function captures nothing") };
        // SAFETY: a copy of no bytes, of a type that has a value and is `Copy` (invariant 1).
        let ask = unsafe { NonNull::<C>::dangling().read() };
        ask.ask(core, args)
    }
}

/// A function that calls an `async` memo for its handle. Expansions have one, in which the memo's own is called.
pub trait AsksAsTask<A>: Copy {
    /// The call: of the result, and how it came to be.
    type Future;
    /// Makes the future.
    #[allow(private_interfaces, reason = "called by the handle only")]
    fn ask(self, core: &'static Core, args: A) -> Self::Future;
}

#[allow(private_interfaces, reason = "as for the trait")]
impl<A, Future, C: Fn(&'static Core, A) -> Future + Copy> AsksAsTask<A> for C {
    type Future = Future;

    #[inline]
    fn ask(self, core: &'static Core, args: A) -> Future {
        self(core, args)
    }
}
