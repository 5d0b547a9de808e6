//! How results are compared, where the compiler knows that they can be: by type, as it is asked of their `Err`.
//!
//! The inherent method, for values that are `PartialEq`, wins over that of [`AnyKept`] or [`AnyLent`], which every type has.

use std::marker::PhantomData;

use crate::argument::owner::Place;
use crate::call::kept::what_is_kept::Keeping;
use crate::call::verify::Same;
use crate::memo::core::Core;

/// A place where results are stored, and how: as `H` says.
#[derive(Debug)]
pub struct Opened<'w, R, H, O: ?Sized, S> {
    place: Place<'w, O, S>,
    keeping: H,
    result: PhantomData<fn(&R)>,
}

impl<'w, R, H, O: ?Sized, S> Opened<'w, R, H, O, S> {
    #[inline(always)]
    pub(crate) const fn new(place: Place<'w, O, S>, keeping: H) -> Self {
        Self { place, keeping, result: PhantomData }
    }

    /// Both, where nothing is compared.
    #[inline(always)]
    pub(crate) fn into_parts(self) -> (Place<'w, O, S>, H) {
        (self.place, self.keeping)
    }
}

impl<'w, R, H: Keeping<R, Kept: PartialEq>, O: ?Sized, S> Opened<'w, R, H, O, S> {
    /// For what can be compared.
    #[inline(always)]
    #[must_use]
    pub fn __memo_comparing(self) -> (Place<'w, O, S>, Comparing<H>) {
        (self.place, Comparing(self.keeping))
    }
}

/// For all other results.
pub trait AnyKept {
    /// The place.
    type Place;
    /// How results are kept there.
    type Keeping;
    /// As they are.
    fn __memo_comparing(self) -> (Self::Place, Self::Keeping);
}

impl<'w, R, H, O: ?Sized, S> AnyKept for Opened<'w, R, H, O, S> {
    type Place = Place<'w, O, S>;
    type Keeping = H;
    #[inline(always)]
    fn __memo_comparing(self) -> (Place<'w, O, S>, H) {
        (self.place, self.keeping)
    }
}

/// Keeps results as `H` does, and compares them by their `PartialEq`.
#[derive(Clone, Copy, Debug)]
pub struct Comparing<H>(H);

impl<R, H: Keeping<R, Kept: PartialEq>> Keeping<R> for Comparing<H> {
    type Kept = H::Kept;
    type Timing = H::Timing;

    const WEAK: bool = H::WEAK;
    const SAME: Option<Same<H::Kept>> = Some(H::Kept::eq);

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
    #[inline(always)]
    fn stored(result: R) -> Option<H::Kept> {
        H::stored(result)
    }
    #[inline(always)]
    fn mark(stored: &mut H::Kept, is_argument: impl FnOnce(usize) -> bool) -> bool {
        H::mark(stored, is_argument)
    }
    #[inline(always)]
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
    #[inline(always)]
    fn shared(result: &R) -> Option<H::Kept>
    where
        H::Kept: Clone,
    {
        H::shared(result)
    }
}

/// A place that lends `V`s.
#[derive(Debug)]
pub struct Lending<'w, V, O: ?Sized, S> {
    place: Place<'w, O, S>,
    value: PhantomData<fn(&V)>,
}

impl<'w, V, O: ?Sized, S> Lending<'w, V, O, S> {
    #[inline(always)]
    pub(crate) const fn new(place: Place<'w, O, S>) -> Self {
        Self { place, value: PhantomData }
    }
}

impl<'w, V: PartialEq, O: ?Sized, S> Lending<'w, V, O, S> {
    /// For what can be compared.
    #[inline(always)]
    #[must_use]
    pub fn __memo_comparing(self) -> (Place<'w, O, S>, ByEq) {
        (self.place, ByEq)
    }
}

/// For all other results.
pub trait AnyLent {
    /// The place.
    type Place;
    /// As they are.
    fn __memo_comparing(self) -> (Self::Place, NotAtAll);
}

impl<'w, V, O: ?Sized, S> AnyLent for Lending<'w, V, O, S> {
    type Place = Place<'w, O, S>;
    #[inline(always)]
    fn __memo_comparing(self) -> (Place<'w, O, S>, NotAtAll) {
        (self.place, NotAtAll)
    }
}

/// How `V`s that are lent are compared.
pub trait Compares<V> {
    /// Whether two are the same.
    #[doc(hidden)]
    const SAME: Option<Same<V>>;
}

/// By their `PartialEq`.
#[derive(Clone, Copy, Debug)]
pub struct ByEq;

impl<V: PartialEq> Compares<V> for ByEq {
    const SAME: Option<Same<V>> = Some(V::eq);
}

/// They are not.
#[derive(Clone, Copy, Debug)]
pub struct NotAtAll;

impl<V> Compares<V> for NotAtAll {
    const SAME: Option<Same<V>> = None;
}
