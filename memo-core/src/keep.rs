//! Which results are worth keeping (law 15): an `Err` is not, unless the options say so.

use std::marker::PhantomData;

/// Decides by the result's type, not by how it is spelt: an alias of `Result` counts.
///
/// The inherent method for `Result` wins over that of [`KeepAny`], which is there for every type.
#[derive(Debug)]
pub struct Keep<R: ?Sized>(PhantomData<fn(&R)>);

impl<R> Keep<R> {
    /// For results of type `R`.
    #[must_use]
    #[inline]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for Keep<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E> Keep<Result<T, E>> {
    /// An `Ok` is kept.
    #[inline]
    pub const fn keep(&self, result: &Result<T, E>) -> bool {
        result.is_ok()
    }
}

/// Keeps everything.
pub trait KeepAny<R> {
    /// Yes.
    fn keep(&self, result: &R) -> bool;
}

impl<R> KeepAny<R> for Keep<R> {
    #[inline]
    fn keep(&self, _: &R) -> bool {
        true
    }
}

/// `cache_err`: everything.
#[inline]
pub const fn keep_all<R>(_: &R) -> bool {
    true
}

/// `some_only`: what is there.
#[inline]
pub const fn keep_some<T>(result: &Option<T>) -> bool {
    result.is_some()
}

/// `cache_if`: gives the closure its type.
#[inline]
pub const fn keep_if<R, F: Fn(&R) -> bool>(keep: F) -> F {
    keep
}
