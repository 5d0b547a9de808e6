//! The arguments of a handle's method that takes its owner by `&mut`.
//!
//! The owner is borrowed by `&` for a moment, to make the key, and after that by `&mut`: see [`exclusive`](crate::call::exclusive).
//!
//! # Invariants
//!
//! 1. The function behind a handle is one for all lifetimes (invariant 1 of the [handle](super::handle)): for every `'w`, the lifetime of
//!    the weak arguments, which stands in no other place of its arguments. So it cannot keep what has that lifetime beyond the call, and
//!    what comes back here, a [`Prepared`], borrows nothing. Hence an owner that is lent to it for the call alone may be passed off as
//!    lent for longer: for as long as other weak arguments, whose `'w` is the same.
//! 2. An owner whose lifetime is not that `'w`, since bounds or the `impl` around the function give it a meaning, has a position that says
//!    so: [`Fixed`](super::signature::Fixed). Nothing here is implemented for it. That expansions write it is up to them, as all that is said
//!    of the types of a handle.

use super::signature::{Arity, First, Next, Signature};
use crate::anchor::anchor::Anchor;
use crate::argument::owner::Internal;
use crate::call::handle_op::Prepared;
use crate::sys::panics::OnItsWay;

pub(super) mod sealed {
    /// Only a handle keeps its function as invariant 1 says.
    pub trait Sealed {}
}

/// Who makes the key of a call: the handle.
#[allow(private_interfaces, reason = "as for `Exclusive`")]
pub trait MakesKey<F, V>: sealed::Sealed {
    /// The change of the result for these arguments, which are not borrowed any longer.
    #[doc(hidden)]
    fn prepare<A, N>(&self, args: A) -> Prepared<V>
    where
        F: Signature<A, N>;
}

/// A function pointer type, for one set of arguments with `&mut` before the owner: `fn(&A, B) -> R` and `(&mut A, B)`.
///
/// Implemented for functions of up to 8 parameters. `P` is the position of the owner.
#[diagnostic::on_unimplemented(
    message = "these are not the arguments of the memoized function, with `&mut` before the owner",
    label = "expected the arguments of `{Self}`, with `&mut` before the owner, as a tuple where there are several",
    note = "this method changes a result that may be lent, and so needs `&mut` access to the object that owns it: `take((&mut doc, 80))` for `fn f(doc: &Doc, width: u32) -> &V`"
)]
pub trait Exclusive<Args, N, P>: Sized {
    /// The owner.
    type Owner: ?Sized;

    /// Makes a change to the owner's anchor, with a key of the arguments. `Internal`: nobody outside may say which anchor.
    #[doc(hidden)]
    #[allow(private_bounds, private_interfaces, reason = "called by the handle only")]
    fn change<V>(
        handle: &impl MakesKey<Self, V>,
        args: Args,
        anchor: impl for<'x> FnOnce(&'x mut Self::Owner, Internal) -> &'x mut Anchor,
        new: Option<OnItsWay<V>>,
    ) -> Option<V>;
}

macro_rules! exclusive {
    (1 $position:ty; () ()) => {
        exclusive!(@ 1 $position; [] owner: &'o mut O => owner, &'o O, owner);
    };
    ($number:literal $position:ty; ($($before:ident)*) ($($after:ident)*)) => {
        exclusive!(
            @ $number $position; [$($before)* $($after)*]
            ($($before,)* owner, $($after,)*): ($($before,)* &'o mut O, $($after,)*) => owner,
            ($($before,)* &'o O, $($after,)*), ($($before,)* owner, $($after,)*)
        );
    };
    (
        @ $number:literal $position:ty; [$($others:ident)*]
        $taken:tt: $args:ty => $owner:ident, $shared:ty, $lent:expr
    ) => {
        #[allow(private_bounds, private_interfaces, reason = "called by the handle only")]
        impl<'o, F, O: ?Sized, $($others),*> Exclusive<$args, Arity<$number>, $position> for F
        where
            F: Signature<$shared, Arity<$number>>,
        {
            type Owner = O;

            #[allow(non_snake_case, reason = "the names of their types")]
            fn change<V>(
                handle: &impl MakesKey<Self, V>,
                $taken: $args,
                anchor: impl for<'x> FnOnce(&'x mut O, Internal) -> &'x mut Anchor,
                new: Option<OnItsWay<V>>,
            ) -> Option<V> {
                let owned = $owner;
                let change = {
                    let $owner: *const O = owned;
                    // SAFETY: borrowed by this call alone, which lends it for the making of the key (invariants 1 and 2).
                    let $owner: &'o O = unsafe { &*$owner };
                    handle.prepare::<$shared, Arity<$number>>($lent)
                };
                change.0.make(anchor(owned, Internal), new)
            }
        }
    };
}

/// For the owner at each position.
macro_rules! at_each_position {
    ($number:tt $position:ty; ($($before:ident)*) ()) => {};
    ($number:tt $position:ty; ($($before:ident)*) ($at:ident $($after:ident)*)) => {
        exclusive!($number $position; ($($before)*) ($($after)*));
        at_each_position!($number Next<$position>; ($($before)* $at) ($($after)*));
    };
}

at_each_position!(1 First; () (A));
at_each_position!(2 First; () (A B));
at_each_position!(3 First; () (A B C));
at_each_position!(4 First; () (A B C D));
at_each_position!(5 First; () (A B C D E));
at_each_position!(6 First; () (A B C D E G));
at_each_position!(7 First; () (A B C D E G H));
at_each_position!(8 First; () (A B C D E G H I));
