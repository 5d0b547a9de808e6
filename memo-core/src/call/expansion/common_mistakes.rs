//! Special questions about some arguments, checked before the usual one: the same question with a more precise message. See
//! [`questions`](super::type_questions) for how a question reports a wrong type only once.

use super::type_questions::{Never, No, Yes, answers};
use crate::argument::key::{MemoKey, Value};
use crate::argument::owner::Place;
use crate::argument::scope::Scope;

/// A question that is asked first, of arguments of which `$fits` holds.
macro_rules! asked_first {
    ($(#[$said:meta])* $question:ident, $($fits:tt)*) => {
        $(#[$said])*
        pub trait $question<S, A> {
            /// The type itself.
            type Key: ?Sized;
            /// The argument itself.
            fn pass(&self) -> &Self::Key;
        }

        answers! { #[diagnostic::do_not_recommend] [S: Scope, T: ?Sized] $question [S] for T, never T where [$($fits)*] {
            type Key = T;
            #[inline]
            fn pass(&self) -> &T {
                self
            }
        } }
    };
}

asked_first! {
    /// Whether something that goes by the name of an unordered collection of std's can take part in a key.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot take part in the key of this memo",
        label = "a body sees its iteration order, which differs between equal ones",
        note = "take a `BTreeMap` or a `BTreeSet`, which have an order, or pass it as `&Arc<{Self}>` to use its identity",
        note = "or say what counts: `#[memo(key = map.iter().collect::<std::collections::BTreeMap<_, _>>())]` before the parameter, for a set `BTreeSet<_>`; or `#[memo(skip)]` to leave it out of the key"
    )]
    Ordered, T: MemoKey<S>
}

/// An argument that is written like a `HashMap` or the like.
#[inline]
pub fn ordered<'k, T, O, S, A>(_place: Place<'_, O, S>, key: &'k T) -> &'k T::Key
where
    T: Ordered<S, A> + ?Sized,
    O: ?Sized,
{
    key.pass()
}

asked_first! {
    /// Whether something of such a name can be copied into a key.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be copied into the key of this memo",
        label = "it has no order, and so no `Hash`",
        note = "take a `BTreeMap` or a `BTreeSet`, which have an order, and need no mark",
        note = "or say what counts instead of `#[memo(value)]`: `#[memo(key = map.iter().collect::<std::collections::BTreeMap<_, _>>())]`, for a set `BTreeSet<_>`; or `#[memo(skip)]` to leave it out of the key"
    )]
    Hashed, Value<T>: MemoKey<S>
}

/// An argument that is marked as a value, and written like a `HashMap` or the like.
#[inline]
pub fn hashed<'k, T, O, S, A>(_place: Place<'_, O, S>, value: &'k T) -> &'k T::Key
where
    T: Hashed<S, A> + ?Sized,
    O: ?Sized,
{
    value.pass()
}

asked_first! {
    /// Whether a type parameter can take part in a key.
    #[diagnostic::on_unimplemented(
        message = "the type parameter `{Self}` cannot take part in the key of this memo",
        label = "not known to be a `MemoKey<{S}>`",
        note = "write the bound `{Self}: memo_core::MemoKey<memo_core::key::{S}>`: results of `Rc` owners, and of memos marked `local`, are `Local`; those of `Arc`s and of objects with an anchor are `Shared`, the default of `MemoKey`",
        note = "or write `#[memo(value)]` before the parameter and `{Self}: Hash + Eq + Clone + 'static`, with `Send + Sync` where results are `Shared`"
    )]
    Bounded, T: MemoKey<S>
}

/// An argument whose type is a parameter of the function.
#[inline]
pub fn bounded<'k, T, O, S, A>(_place: Place<'_, O, S>, key: &'k T) -> &'k T::Key
where
    T: Bounded<S, A> + ?Sized,
    O: ?Sized,
{
    key.pass()
}

/// Whether the value of `context = ..` can take part in a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot take part in the key of this memo",
    label = "neither a weak argument nor a known value",
    note = "derive `MemoKey` for the type, if all its fields are keys, or write what counts of it: a number, a text, or a tuple of several"
)]
pub trait InContext<S, A> {
    /// The type itself.
    type Key;
    /// The value itself.
    fn pass(self) -> Self::Key;
}

answers! { #[diagnostic::do_not_recommend] [S: Scope, T] InContext [S] for T, never T where [T: MemoKey<S>] {
    type Key = T;
    #[inline(always)]
    fn pass(self) -> T {
        self
    }
} }

/// The value of `context = ..`.
#[inline(always)]
pub fn context<T, O, S, A>(_place: Place<'_, O, S>, value: T) -> T::Key
where
    T: InContext<S, A>,
    O: ?Sized,
{
    value.pass()
}
