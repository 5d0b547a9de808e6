//! Rejects, by type, a result that holds its own owner (law 16), unless it is kept as a [mark](crate::call::kept::result_is_argument).
//!
//! If several methods fit, the compiler takes the inherent one, then that of [`Held`], then that of [`HeldNowhere`], which exists for
//! every type.

use std::marker::PhantomData;

use crate::call::kept::result_is_argument::PointerOf;

/// Asks whether a result of type `R` holds its owner, an `O`, in the `I` that it holds.
#[derive(Debug)]
pub struct Inside<I, R, O: ?Sized>(PhantomData<(I, R)>, PhantomData<O>);

/// The question, of the owner itself: its type is known also where no place could be made of it, and then there is nothing more to say.
#[inline(always)]
pub const fn inside<I, R, O: ?Sized>(_owner: &O) -> Inside<I, R, O> {
    Inside(PhantomData, PhantomData)
}

impl<I, R: PointerOf<O>, O: ?Sized> Inside<I, R, O> {
    /// The result as a whole may be a mark.
    #[inline(always)]
    pub const fn __memo_ask(self) {}
}

/// The answer that is refused.
pub trait Held<O: ?Sized> {
    /// It does.
    fn __memo_ask(self)
    where
        O: MayBeHeld;
}

impl<I: PointerOf<O>, R, O: ?Sized> Held<O> for Inside<I, R, O> {
    fn __memo_ask(self)
    where
        O: MayBeHeld,
    {
    }
}

/// The answer for all other types.
pub trait HeldNowhere: Sized {
    /// It does not.
    #[inline(always)]
    fn __memo_ask(self) {}
}

impl<I, R, O: ?Sized> HeldNowhere for &Inside<I, R, O> {}

/// An owner that its own results may hold: there is none.
#[diagnostic::on_unimplemented(
    message = "a result that holds its own owner can never be dropped",
    label = "of the owner's own type, `{Self}`",
    note = "return a `Weak`, or write `may_return_owner` if it is never the owner itself",
    note = "the owner's pointer itself, alone or in an `Option` or `Result`, may be returned by clone: it is kept as a mark"
)]
pub trait MayBeHeld {}
