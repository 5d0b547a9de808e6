//! The type of a handle: the function that it stands for, as a function pointer type, and how its results are returned.
//!
//! `Memo<fn(&Arc<Document>, usize) -> usize>` is a type, not a pointer to that function. What an implementation cannot take from it,
//! since it has no name for the lifetimes inside, a method gets by asking for one set of arguments at a time: the compiler knows of one
//! [`Signature`] only that a function pointer type has, so it finds the types of the arguments, and coerces what is passed.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::anchor::side_table::local;
use crate::argument::owner::{self, Internal};
use crate::argument::scope::Scope;
use crate::call::handle_op::Prepared;
use crate::memo::cells::head::CellHead;
use crate::memo::core::Core;

/// A function pointer type, for one set of arguments: `fn(A, B) -> R` for the arguments `(A, B)`.
///
/// Implemented for functions of up to 16 parameters, and for nothing else: a handle calls its function as this says. `Args` is a single
/// argument as it is, or a tuple of several; `N` is their number.
pub trait Signature<Args, N>: sealed::Signature<Args, N> {
    /// What the function returns.
    type Out;
    /// The arguments as nested pairs, `(A, (B, ()))`, in which a [`Position`] is found.
    #[doc(hidden)]
    type List;
}

mod sealed {
    pub trait Signature<Args, N> {}
}

/// A number of parameters.
#[derive(Clone, Copy, Debug)]
pub struct Arity<const N: usize>(());

macro_rules! signatures {
    (@list) => { () };
    (@list $first:ident $($rest:ident)*) => { ($first, signatures!(@list $($rest)*)) };
    ($(($number:literal $args:ty: $($param:ident)+))+) => { $(
        impl<F: Fn($($param),+) -> R, R, $($param),+> sealed::Signature<$args, Arity<$number>> for F {}

        impl<F: Fn($($param),+) -> R, R, $($param),+> Signature<$args, Arity<$number>> for F {
            type Out = R;
            type List = signatures!(@list $($param)+);
        }
    )+ };
}

signatures! {
    (1 A: A)
    (2 (A, B): A B)
    (3 (A, B, C): A B C)
    (4 (A, B, C, D): A B C D)
    (5 (A, B, C, D, E): A B C D E)
    (6 (A, B, C, D, E, G): A B C D E G)
    (7 (A, B, C, D, E, G, H): A B C D E G H)
    (8 (A, B, C, D, E, G, H, I): A B C D E G H I)
    (9 (A, B, C, D, E, G, H, I, J): A B C D E G H I J)
    (10 (A, B, C, D, E, G, H, I, J, K): A B C D E G H I J K)
    (11 (A, B, C, D, E, G, H, I, J, K, L): A B C D E G H I J K L)
    (12 (A, B, C, D, E, G, H, I, J, K, L, M): A B C D E G H I J K L M)
    (13 (A, B, C, D, E, G, H, I, J, K, L, M, O): A B C D E G H I J K L M O)
    (14 (A, B, C, D, E, G, H, I, J, K, L, M, O, P): A B C D E G H I J K L M O P)
    (15 (A, B, C, D, E, G, H, I, J, K, L, M, O, P, Q): A B C D E G H I J K L M O P Q)
    (16 (A, B, C, D, E, G, H, I, J, K, L, M, O, P, Q, S): A B C D E G H I J K L M O P Q S)
}

/// Marks the handle of a memo that returns its results by clone. `Owner` is the [`Position`] of the owner.
#[derive(Clone, Copy, Debug)]
pub struct Owned<Owner = First>(PhantomData<fn() -> Owner>);

/// Marks the handle of a memo that lends its results. `V` is what the body returns, and `Owner` the [`Position`] of the owner.
#[derive(Clone, Copy, Debug)]
pub struct Lent<V, Owner = First>(PhantomData<fn() -> (V, Owner)>);

/// How a memo returns its results: [`Owned`] or [`Lent`].
pub trait Kind {
    /// What the body of a function that returns an `Out` returns.
    type Value<Out>;
    /// What can be taken out of its owner: of memos that lend, what the body returns.
    type Taken;
    /// Where the owner is among the parameters.
    type Position;
    /// What the body returned, from what the function returns, where these are the same.
    #[doc(hidden)]
    fn value<Out>(out: Out) -> Option<Self::Value<Out>>;
    /// The change of a result that can be taken out.
    #[doc(hidden)]
    fn taken<Out>(change: Prepared<Self::Value<Out>>) -> Option<Prepared<Self::Taken>>;
}

impl<P> Kind for Owned<P> {
    type Value<Out> = Out;
    type Taken = Infallible;
    type Position = P;
    fn value<Out>(out: Out) -> Option<Out> {
        Some(out)
    }
    fn taken<Out>(_: Prepared<Out>) -> Option<Prepared<Infallible>> {
        None
    }
}

impl<V, P> Kind for Lent<V, P> {
    type Value<Out> = V;
    type Taken = V;
    type Position = P;
    fn value<Out>(_: Out) -> Option<V> {
        None
    }
    fn taken<Out>(change: Prepared<V>) -> Option<Prepared<V>> {
        Some(change)
    }
}

/// Marks the handle of a memo of an `async fn`. `P` is [`Owned`] or [`Lent`], and `C` what [`call`](crate::Memo::call) makes its futures with:
/// nothing, for a handle that is [`storable`](crate::Memo::storable).
#[derive(Clone, Copy, Debug)]
pub struct Async<P = Owned, C = ()>(PhantomData<fn() -> (P, C)>);

impl<P: Kind, C> Kind for Async<P, C> {
    type Value<Out> = P::Value<Out>;
    type Taken = P::Taken;
    type Position = P::Position;
    fn value<Out>(out: Out) -> Option<Self::Value<Out>> {
        P::value(out)
    }
    fn taken<Out>(change: Prepared<Self::Value<Out>>) -> Option<Prepared<P::Taken>> {
        P::taken::<Out>(change)
    }
}

/// Marks the handle of a memo with `last`, whose body has its owner by `&mut`. `P` is [`Lent`].
#[derive(Clone, Copy, Debug)]
pub struct LastOnly<P>(PhantomData<fn() -> P>);

impl<P: Kind> Kind for LastOnly<P> {
    type Value<Out> = P::Value<Out>;
    type Taken = P::Taken;
    type Position = P::Position;
    fn value<Out>(out: Out) -> Option<Self::Value<Out>> {
        P::value(out)
    }
    fn taken<Out>(change: Prepared<Self::Value<Out>>) -> Option<Prepared<P::Taken>> {
        P::taken::<Out>(change)
    }
}

/// Memos whose handle runs the body: not by a future, and not with `&mut` to the owner.
#[diagnostic::on_unimplemented(
    message = "the handle of this memo does not run its body by itself",
    label = "`compute`, `refresh` and `renew` are for bodies that neither are awaited nor have their owner by `&mut`",
    note = "a memo with `last` has its owner by `&mut`: call the function",
    note = "of an `async fn`: instead of `refresh` or `renew`, call `forget` and await the function; instead of `compute`, put the body into an `async fn` of its own, and call that from the memoized one"
)]
pub trait RunsBody {}

impl<P> RunsBody for Owned<P> {}

impl<V, P> RunsBody for Lent<V, P> {}

/// Memos whose results may be removed.
#[diagnostic::on_unimplemented(
    message = "the results of a memo that lends cannot be removed",
    label = "`clear`, `forget`, `forget_owner`, `insert`, `refresh` and `renew` would drop results that may be borrowed",
    note = "with `&mut` access to an owner that has its anchor inside, use `take`, `replace` and `clear_owner`; with any owner, `set` adds a result where there is none",
    note = "lent results are dropped with their objects, or on `&mut` access to them; to use these methods, return the result by value (or as `Arc<..>`)"
)]
pub trait Revocable {}

impl<P> Revocable for Owned<P> {}

// So that the compiler names only what its user may write.
#[diagnostic::do_not_recommend]
impl<P: Revocable, C> Revocable for Async<P, C> {}

/// Memos that lend their results.
#[diagnostic::on_unimplemented(
    message = "the results of this memo are not lent",
    label = "`set`, `take`, `replace` and `clear_owner` are for results that may be borrowed",
    note = "a result by clone is replaced by `insert` and dropped by `forget`, and those of one owner by `forget_owner`: all through `&`"
)]
pub trait Lends {}

impl<V, P> Lends for Lent<V, P> {}

// As for `Revocable`.
#[diagnostic::do_not_recommend]
impl<P: Lends, C> Lends for Async<P, C> {}

#[diagnostic::do_not_recommend]
impl<P: Lends> Lends for LastOnly<P> {}

/// The first parameter is the owner, by reference.
#[derive(Clone, Copy, Debug)]
pub struct First(());

/// The owner is at this position among the parameters after the first: `Next<First>` is the second.
#[derive(Clone, Copy, Debug)]
pub struct Next<P>(PhantomData<fn() -> P>);

/// The owner is at this position, by value.
#[derive(Clone, Copy, Debug)]
pub struct ByValue<P>(PhantomData<fn() -> P>);

/// The owner is at this position, with a lifetime that bounds on type parameters, or the `impl` around the function, name. No method takes
/// it by `&mut` along with other arguments.
#[derive(Clone, Copy, Debug)]
pub struct Fixed<P>(PhantomData<fn() -> P>);

/// Where the owner is among the parameters: [`First`], [`Next`], [`ByValue`], [`Fixed`].
pub trait Position<'o, List> {
    /// A reference to the owner.
    type Owner;
}

impl<'o, O, Rest> Position<'o, (O, Rest)> for First {
    type Owner = O;
}

impl<'o, P: Position<'o, Rest>, A, Rest> Position<'o, (A, Rest)> for Next<P> {
    type Owner = P::Owner;
}

impl<'o, P: Position<'o, List>, List> Position<'o, List> for Fixed<P> {
    type Owner = P::Owner;
}

impl<'o, P: Position<'o, List, Owner: 'o>, List> Position<'o, List> for ByValue<P> {
    type Owner = &'o P::Owner;
}

/// A reference to an owner, for methods that take only the owner.
pub trait OneOwner {
    /// Its cell of this memo. Valid while the owner is borrowed and this thread is in a call.
    #[doc(hidden)]
    #[allow(private_interfaces, reason = "implemented here only")]
    fn cell(self, core: &'static Core) -> Option<NonNull<CellHead>>;
}

#[allow(private_interfaces, reason = "as for the trait")]
impl<O: owner::Owner + ?Sized> OneOwner for &O {
    fn cell(self, core: &'static Core) -> Option<NonNull<CellHead>> {
        let anchor = if core.is_local() && !O::Scope::LOCAL {
            local::find(self.life()?.0)?
        } else {
            self.find_anchor_surely(Internal)?
        };
        anchor.cells().find(core)
    }
}

/// The arguments and the result of a memoized function for all lifetimes, as a type:
/// `dyn for<'w, 'a> Sig<'w, 'a, Args = .., Out = ..>`. Nothing implements it.
pub trait Sig<'w, 'a> {
    /// The arguments of the handle's methods.
    type Args;
    /// The function's return type.
    type Out;
}

/// The function pointer type `Self` takes `Args` and returns an `Out`.
pub trait Agrees<Args, N, Out> {}

impl<F: Signature<Args, N, Out = Out>, Args, N, Out> Agrees<Args, N, Out> for F {}
