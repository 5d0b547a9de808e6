//! Which results are kept (law 15): all but an `Err`, unless the options say otherwise. And which part of a result is kept:
//! the whole, its `Ok` value, or a [mark](crate::call::kept::result_is_argument).

use std::marker::PhantomData;

use crate::call::verify::Same;
use crate::memo::core::Core;
use crate::value::timing::{Deadlines, Timing, Untimed};

/// What a memo that returns an `R` by clone keeps of each result.
pub trait Keeping<R> {
    /// The stored type. Calls require it to be `Clone`.
    type Kept;
    /// For how long.
    type Timing: Timing;

    /// Whether a stored value may be gone by the time it is copied (`weak_value`).
    const WEAK: bool = false;

    /// Called before a memo stores its first value.
    #[inline(always)]
    fn prepare(_core: &'static Core) {}

    /// The result to be kept in place of a new one, of an extra key with this hash (`reuse_equal`).
    #[inline(always)]
    fn reuse(result: R, _core: &'static Core, _hash: u64) -> R {
        result
    }

    /// Whether a copy is one of a value that is gone: then there is no result.
    #[inline(always)]
    fn is_gone(_copy: &Self::Kept) -> bool {
        false
    }

    /// Whether two stored values are the same, where that can be told.
    const SAME: Option<Same<Self::Kept>> = None;

    /// Whether a result is kept.
    fn keeps(&self, result: &R) -> bool;

    /// The stored form of a result: `Some` for each that is kept, `None` for one that cannot be copied.
    fn stored(result: R) -> Option<Self::Kept>;

    /// If the stored value is an argument, as `is_argument` tells by its address, replaces it by a mark. Returns whether it is a mark.
    #[inline(always)]
    fn mark(_stored: &mut Self::Kept, _is_argument: impl FnOnce(usize) -> bool) -> bool {
        false
    }

    /// A copy of the stored value; `None` if it is a mark whose argument is gone.
    #[inline]
    fn copy(stored: &Self::Kept) -> Option<Self::Kept>
    where
        Self::Kept: Clone,
    {
        Some(stored.clone())
    }

    /// The result made from a copy of the stored value.
    fn result(copy: Self::Kept) -> R;

    /// A copy of a result that is not kept, for the waiters; without one they compute.
    fn shared(result: &R) -> Option<Self::Kept>
    where
        Self::Kept: Clone;
}

/// Keeps the whole of a `$result`.
macro_rules! as_it_is {
    ($result:ty) => {
        type Kept = $result;
        type Timing = Untimed;

        #[inline]
        fn stored(result: $result) -> Option<$result> {
            Some(result)
        }
        #[inline(always)]
        fn result(copy: $result) -> $result {
            copy
        }
        #[inline]
        fn shared(result: &$result) -> Option<$result>
        where
            $result: Clone,
        {
            Some(result.clone())
        }
    };
}

/// `cache_err`, and types other than `Result`: every result is kept.
#[derive(Clone, Copy, Debug)]
pub struct KeepAll;

impl<R> Keeping<R> for KeepAll {
    #[inline(always)]
    fn keeps(&self, _: &R) -> bool {
        true
    }
    as_it_is!(R);
}

/// `cache_if` and `some_only`: results that pass the test are kept.
#[derive(Clone, Copy, Debug)]
pub struct KeepIf<F>(F);

impl<R, F: Fn(&R) -> bool> Keeping<R> for KeepIf<F> {
    #[inline(always)]
    fn keeps(&self, result: &R) -> bool {
        self.0(result)
    }
    as_it_is!(R);
}

/// A `Result` that can be cloned: an `Ok` is kept, and an `Err` shared with the waiters.
#[derive(Clone, Copy, Debug)]
pub struct KeepOk;

impl<T, E> Keeping<Result<T, E>> for KeepOk {
    #[inline(always)]
    fn keeps(&self, result: &Result<T, E>) -> bool {
        result.is_ok()
    }
    as_it_is!(Result<T, E>);
}

/// A `Result` whose error cannot be cloned: nothing is required of the error, and it is never stored.
#[derive(Clone, Copy, Debug)]
pub struct KeepOkAlone;

impl<T, E> Keeping<Result<T, E>> for KeepOkAlone {
    type Kept = T;
    type Timing = Untimed;

    #[inline(always)]
    fn keeps(&self, result: &Result<T, E>) -> bool {
        result.is_ok()
    }
    #[inline]
    fn stored(result: Result<T, E>) -> Option<T> {
        result.ok()
    }
    #[inline(always)]
    fn result(copy: T) -> Result<T, E> {
        Ok(copy)
    }
    #[inline]
    fn shared(_: &Result<T, E>) -> Option<T>
    where
        T: Clone,
    {
        None
    }
}

/// `ttl` and `idle`: keeps results as `H` does, for a time.
#[derive(Clone, Copy, Debug)]
pub struct ForATime<H>(H);

impl<R, H: Keeping<R>> Keeping<R> for ForATime<H> {
    type Kept = H::Kept;
    type Timing = Deadlines;

    const WEAK: bool = H::WEAK;
    const SAME: Option<Same<H::Kept>> = H::SAME;

    #[inline(always)]
    fn prepare(core: &'static Core) {
        H::prepare(core);
    }
    #[inline(always)]
    fn reuse(result: R, core: &'static Core, hash: u64) -> R {
        H::reuse(result, core, hash)
    }
    #[inline(always)]
    fn is_gone(copy: &H::Kept) -> bool {
        H::is_gone(copy)
    }

    #[inline(always)]
    fn keeps(&self, result: &R) -> bool {
        self.0.keeps(result)
    }
    #[inline]
    fn stored(result: R) -> Option<H::Kept> {
        H::stored(result)
    }
    #[inline(always)]
    fn mark(stored: &mut H::Kept, is_argument: impl FnOnce(usize) -> bool) -> bool {
        H::mark(stored, is_argument)
    }
    #[inline]
    fn copy(stored: &H::Kept) -> Option<H::Kept>
    where
        H::Kept: Clone,
    {
        H::copy(stored)
    }
    #[inline(always)]
    fn result(copy: H::Kept) -> R {
        H::result(copy)
    }
    #[inline]
    fn shared(result: &R) -> Option<H::Kept>
    where
        H::Kept: Clone,
    {
        H::shared(result)
    }
}

/// Keeps results for the time that the memo's site says.
#[inline(always)]
pub const fn for_a_time<H>(keeping: H) -> ForATime<H> {
    ForATime(keeping)
}

/// Chooses by the result's type, not by its spelling: an alias of `Result` counts.
///
/// The inherent method, for a `Result` that can be cloned, wins over that of [`KeepAnyOk`], for every `Result`, and both, which
/// take this by value, over that of [`KeepAny`], for every type.
#[derive(Debug)]
pub struct Keep<R: ?Sized>(PhantomData<fn(&R)>);

impl<R> Keep<R> {
    /// For results of type `R`.
    #[must_use]
    #[inline(always)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for Keep<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Clone, E: Clone> Keep<Result<T, E>> {
    /// Keeps an `Ok`, and shares an `Err`.
    #[inline(always)]
    #[must_use]
    pub const fn __memo_keeping(self) -> KeepOk {
        KeepOk
    }
}

/// Keeps an `Ok`.
pub trait KeepAnyOk: Sized {
    /// Keeps an `Ok` alone.
    #[inline(always)]
    fn __memo_keeping(self) -> KeepOkAlone {
        KeepOkAlone
    }
}

impl<T, E> KeepAnyOk for Keep<Result<T, E>> {}

/// Keeps everything.
pub trait KeepAny: Sized {
    /// Keeps all.
    #[inline(always)]
    fn __memo_keeping(self) -> KeepAll {
        KeepAll
    }
}

impl<R> KeepAny for &Keep<R> {}

/// `some_only`: keeps a `Some`.
#[inline]
pub const fn keep_some<T>(result: &Option<T>) -> bool {
    result.is_some()
}

/// `cache_if` and `some_only`.
#[inline]
pub const fn keep_if<R, F: Fn(&R) -> bool>(keep: F) -> KeepIf<F> {
    KeepIf(keep)
}

/// `cache_if`: gives the closure its type.
#[inline]
pub const fn tested<R, F: Fn(&R) -> bool>(test: F) -> F {
    test
}
