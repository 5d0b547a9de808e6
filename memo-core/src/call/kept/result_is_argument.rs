//! A result that is an argument itself: kept as a mark.
//!
//! A function that simplifies often returns its argument. Stored as it is, such a result would keep its own owner alive,
//! and neither would ever be dropped (law 16). So if the stored value is a pointer of the owner's type, an argument is
//! stored as a `Weak`: it keeps nothing alive, and returns the argument to every caller that passes it.
//!
//! # Invariants
//!
//! 1. A mark refers to the owner, or to a weak argument that the stored key names. A caller that finds the entry has
//!    passed that argument and borrows it, so the mark can be upgraded.
//! 2. If the call has dropped its own argument (a body may consume an argument passed by value), it has a copy of its own,
//!    made before the mark.

use std::marker::PhantomData;
use std::{rc, sync};

use crate::argument::owner::Place;
use crate::call::kept::what_is_compared::Opened;
use crate::call::kept::what_is_kept::Keeping;

/// Keeps results as `H` does, and as a mark if the result is an argument.
#[derive(Clone, Copy, Debug)]
pub struct OrMark<H>(H);

impl<R, H: Keeping<R, Kept: Pointer>> Keeping<R> for OrMark<H> {
    type Kept = Marked<H::Kept>;
    type Timing = H::Timing;

    #[inline(always)]
    fn keeps(&self, result: &R) -> bool {
        self.0.keeps(result)
    }
    #[inline]
    fn stored(result: R) -> Option<Self::Kept> {
        H::stored(result).map(Marked::Held)
    }
    fn mark(stored: &mut Self::Kept, is_argument: impl FnOnce(usize) -> bool) -> bool {
        let Marked::Held(pointer) = stored else { return true };
        match pointer.mark() {
            Some((mark, address)) if is_argument(address) => {
                *stored = Marked::Mark(mark);
                true
            }
            _ => false,
        }
    }
    #[inline]
    fn copy(stored: &Self::Kept) -> Option<Self::Kept> {
        stored.pointer().map(Marked::Held)
    }
    #[inline]
    fn result(copy: Self::Kept) -> R {
        H::result(match copy {
            Marked::Held(pointer) => pointer,
            Marked::Mark(mark) => H::Kept::of_mark(&mark).expect(BORROWED),
        })
    }
    #[inline]
    fn shared(result: &R) -> Option<Self::Kept> {
        H::shared(result).map(Marked::Held)
    }
}

/// Invariant 1.
const BORROWED: &str = "memo_core: a caller borrows the argument that a mark is of";

/// A stored result that may be an argument itself.
pub enum Marked<P: Pointer> {
    /// Another object.
    Held(P),
    /// An argument.
    Mark(P::Mark),
}

impl<P: Pointer> std::fmt::Debug for Marked<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Marked").finish_non_exhaustive()
    }
}

/// A copy is for a caller, so it is no mark.
impl<P: Pointer> Clone for Marked<P> {
    #[inline]
    fn clone(&self) -> Self {
        Self::Held(self.pointer().expect(BORROWED))
    }
}

/// As the pointers that they stand for.
impl<P: Pointer + PartialEq> PartialEq for Marked<P> {
    fn eq(&self, other: &Self) -> bool {
        self.pointer() == other.pointer()
    }
}

impl<P: Pointer> Marked<P> {
    /// A clone of the pointer that it stands for, if the object is alive.
    #[inline]
    fn pointer(&self) -> Option<P> {
        match self {
            Self::Held(pointer) => Some(pointer.clone()),
            Self::Mark(mark) => P::of_mark(mark),
        }
    }
}

/// A counted pointer, or an `Option` or `Result` of one.
pub trait Pointer: Clone {
    /// The stored form of an argument.
    type Mark: 'static;
    /// Its mark, and the address of its object.
    fn mark(&self) -> Option<(Self::Mark, usize)>;
    /// The pointer that a mark was made from, if its object is alive.
    fn of_mark(mark: &Self::Mark) -> Option<Self>;
    /// Whether the object of a mark is alive. Touches only its counts.
    fn is_alive(mark: &Self::Mark) -> bool;
}

macro_rules! counted {
    ($($pointers:ident :: $pointer:ident)+) => {$(
        impl<T: ?Sized + 'static> Pointer for $pointers::$pointer<T> {
            type Mark = $pointers::Weak<T>;

            fn mark(&self) -> Option<($pointers::Weak<T>, usize)> {
                Some((Self::downgrade(self), Self::as_ptr(self).addr()))
            }

            #[inline]
            fn of_mark(mark: &$pointers::Weak<T>) -> Option<Self> {
                mark.upgrade()
            }

            fn is_alive(mark: &$pointers::Weak<T>) -> bool {
                mark.strong_count() > 0
            }
        }

        impl<T: ?Sized + 'static> PointerOf<$pointers::$pointer<T>> for $pointers::$pointer<T> {}
        impl<T: ?Sized + 'static> PointerOf<NoOwner> for $pointers::$pointer<T> {}
    )+};
}

counted!(sync::Arc rc::Rc);

impl<P: Pointer> Pointer for Option<P> {
    type Mark = P::Mark;

    fn mark(&self) -> Option<(P::Mark, usize)> {
        self.as_ref()?.mark()
    }

    #[inline]
    fn of_mark(mark: &P::Mark) -> Option<Self> {
        P::of_mark(mark).map(Some)
    }

    fn is_alive(mark: &P::Mark) -> bool {
        P::is_alive(mark)
    }
}

impl<P: Pointer, E: Clone> Pointer for Result<P, E> {
    type Mark = P::Mark;

    fn mark(&self) -> Option<(P::Mark, usize)> {
        self.as_ref().ok()?.mark()
    }

    #[inline]
    fn of_mark(mark: &P::Mark) -> Option<Self> {
        P::of_mark(mark).map(Ok)
    }

    fn is_alive(mark: &P::Mark) -> bool {
        P::is_alive(mark)
    }
}

/// A counted pointer of the type `O`, or a type that may contain one.
pub trait PointerOf<O: ?Sized> {}

/// The owner of nothing. With it as a second candidate, the compiler does not take a pointer for the owner's only
/// because an earlier error left the owner's type unknown.
#[derive(Debug)]
pub enum NoOwner {}

impl<P: PointerOf<O>, O: ?Sized> PointerOf<O> for Option<P> {}
impl<P: PointerOf<O>, O: ?Sized, E> PointerOf<O> for Result<P, E> {}

/// A place where results can be stored, and how: as `H` says.
///
/// Types decide whether marks are used, not their spelling: the inherent method, for results stored as the owner's own
/// pointer type, wins over that of [`WithoutMarks`], which every type has.
#[derive(Debug)]
pub struct Checked<'w, R, H, O: ?Sized, S> {
    place: Place<'w, O, S>,
    keeping: H,
    result: PhantomData<fn(&R)>,
}

impl<'w, R, H, O: ?Sized, S> Checked<'w, R, H, O, S> {
    #[inline(always)]
    pub(crate) const fn new(place: Place<'w, O, S>, keeping: H) -> Self {
        Self { place, keeping, result: PhantomData }
    }

    /// Results of the owner's own type are held, too (`may_return_owner`).
    #[inline(always)]
    #[must_use]
    pub fn __memo_held(self) -> Opened<'w, R, H, O, S> {
        Opened::new(self.place, self.keeping)
    }
}

impl<'w, R, H: Keeping<R, Kept: Pointer + PointerOf<O>>, O: ?Sized, S> Checked<'w, R, H, O, S> {
    /// For results of the owner's own type.
    #[inline(always)]
    #[must_use]
    pub fn __memo_marking(self) -> Opened<'w, R, OrMark<H>, O, S> {
        Opened::new(self.place, OrMark(self.keeping))
    }
}

/// For results of any other type.
pub trait WithoutMarks {
    /// The place, and how results are kept there.
    type Opened;
    /// Keeps results as they are.
    fn __memo_marking(self) -> Self::Opened;
}

impl<'w, R, H, O: ?Sized, S> WithoutMarks for Checked<'w, R, H, O, S> {
    type Opened = Opened<'w, R, H, O, S>;
    #[inline(always)]
    fn __memo_marking(self) -> Opened<'w, R, H, O, S> {
        self.__memo_held()
    }
}
