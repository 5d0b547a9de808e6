//! `weak_value`: a result that the memo keeps only while somebody else does.
//!
//! What is stored is a `Weak`. A hit upgrades it; if nobody holds the object any longer, there is no result, and the call computes. The
//! entry is then taken out by the call that finds it, by [`sweep`](crate::sweep), or with its owner.
//!
//! # Invariants
//!
//! 1. What is published is a `Weak`: a strong pointer is stored only on the way there, and marked before it is published.
//! 2. A copy is for a caller, and holds the object, or says that it is gone. No result is made of one that is gone.

use std::any::Any;

use crate::call::kept::result_is_argument::Pointer;
use crate::call::kept::what_is_kept::Keeping;
use crate::memo::core::Core;

/// Keeps results as `H` does, each by a `Weak`.
#[derive(Clone, Copy, Debug)]
pub struct Weakly<H>(H);

impl<H> Weakly<H> {
    pub(crate) const fn new(keeping: H) -> Self {
        Self(keeping)
    }
}

/// A stored result, or a copy of one.
pub enum Faint<P: Pointer> {
    /// The object itself; or a result that holds none, such as `None`.
    Held(P),
    /// A weak pointer to the object.
    Weak(P::Mark),
    /// A copy of one whose object is gone.
    Gone,
}

impl<P: Pointer> std::fmt::Debug for Faint<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faint").finish_non_exhaustive()
    }
}

impl<P: Pointer> Clone for Faint<P> {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Self::Held(pointer) => Self::Held(pointer.clone()),
            Self::Weak(mark) => P::of_mark(mark).map_or(Self::Gone, Self::Held),
            Self::Gone => Self::Gone,
        }
    }
}

/// As the pointers that they hold: copies do.
impl<P: Pointer + PartialEq> PartialEq for Faint<P> {
    fn eq(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Held(one), Self::Held(other)) if one == other)
    }
}

/// Whether a stored value is that of an object which is gone. Touches only its counts.
fn is_gone<P: Pointer + 'static>(value: &dyn Any) -> bool {
    match value.downcast_ref::<Faint<P>>() {
        Some(Faint::Weak(mark)) => !P::is_alive(mark),
        Some(Faint::Gone) => true,
        Some(Faint::Held(_)) | None => false,
    }
}

impl<R, H: Keeping<R, Kept: Pointer + 'static>> Keeping<R> for Weakly<H> {
    type Kept = Faint<H::Kept>;
    type Timing = H::Timing;

    const WEAK: bool = true;

    fn prepare(core: &'static Core) {
        core.set_weak_values(is_gone::<H::Kept>);
    }
    #[inline]
    fn is_gone(copy: &Self::Kept) -> bool {
        matches!(copy, Faint::Gone)
    }
    #[inline(always)]
    fn keeps(&self, result: &R) -> bool {
        self.0.keeps(result)
    }
    #[inline]
    fn stored(result: R) -> Option<Self::Kept> {
        H::stored(result).map(Faint::Held)
    }
    /// It holds nothing, whatever it points to.
    fn mark(stored: &mut Self::Kept, _: impl FnOnce(usize) -> bool) -> bool {
        if let Faint::Held(pointer) = stored {
            if let Some((mark, _)) = pointer.mark() {
                *stored = Faint::Weak(mark);
            }
        }
        true
    }
    #[inline]
    fn copy(stored: &Self::Kept) -> Option<Self::Kept> {
        Some(stored.clone()).filter(|copy| !matches!(copy, Faint::Gone))
    }
    #[inline]
    fn result(copy: Self::Kept) -> R {
        match copy {
            Faint::Held(pointer) => H::result(pointer),
            Faint::Weak(_) | Faint::Gone => unreachable!("no result is made of what is gone"),
        }
    }
    #[inline]
    fn shared(result: &R) -> Option<Self::Kept> {
        H::shared(result).map(Faint::Held)
    }
}
