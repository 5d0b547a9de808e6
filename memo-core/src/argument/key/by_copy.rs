//! Copies of the user's own values: `#[memo(value)]`.

use std::any::Any;
use std::ffi::{CStr, OsStr};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::memo_key::MemoKey;
use super::probe::{Probe, Seal};
use super::stored::StoredKey;
use crate::argument::scope::{Scope, Storable};
use crate::sys::panics::OnItsWay;

/// A value that takes part by its own `Hash`, `Eq` and `Clone`; a path by its spelling, as without the mark.
///
/// `D` says whether its `Debug` is known.
#[derive(Debug)]
#[repr(transparent)]
pub struct Value<T: ?Sized, D = WithoutDebug>(PhantomData<D>, T);

impl<T: ?Sized, D> Value<T, D> {
    /// Looks at a value as a key.
    #[inline]
    pub fn from_ref(value: &T) -> &Self {
        // SAFETY: `repr(transparent)`, so both have the same layout and metadata.
        unsafe { &*(std::ptr::from_ref(value) as *const Self) }
    }
}

/// A path as it is spelt. Its `Eq` takes `a/b` and `a//b` for one, and the body does not. For a type that contains a
/// path, the user vouches for its `Eq`.
#[inline]
fn spelling<T: 'static>(value: &T) -> Option<&OsStr> {
    let value: &dyn Any = value;
    let owned = || value.downcast_ref::<PathBuf>().map(|path| path.as_os_str());
    owned().or_else(|| value.downcast_ref::<Box<Path>>().map(|path| path.as_os_str()))
}

#[inline]
fn is_same<T: Eq + 'static>(a: &T, b: &T) -> bool {
    a == b && spelling(a) == spelling(b)
}

/// The `Debug` of a value is known.
#[derive(Clone, Copy, Debug)]
pub enum WithDebug {}

/// It is not.
#[derive(Clone, Copy, Debug)]
pub enum WithoutDebug {}

/// How a stored value is written down.
pub trait Show<T: ?Sized>: Send + Sync + 'static {
    /// Writes it down.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    fn show(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: fmt::Debug + ?Sized> Show<T> for WithDebug {
    fn show(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value.fmt(f)
    }
}

impl<T: ?Sized> Show<T> for WithoutDebug {
    fn show(_: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", std::any::type_name::<T>())
    }
}

/// Asks whether a value has a `Debug`: the inherent method, for one that has, wins over that of [`ShowsAny`], for every one.
#[derive(Debug)]
pub struct Shows<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Shows<T> {
    /// Of this value.
    #[inline(always)]
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

impl<T: fmt::Debug + ?Sized> Shows<T> {
    /// It has.
    #[inline(always)]
    #[must_use]
    pub const fn __memo_shows(self) -> PhantomData<WithDebug> {
        PhantomData
    }
}

/// The answer for all other types.
pub trait ShowsAny: Sized {
    /// It has none.
    #[inline(always)]
    fn __memo_shows(self) -> PhantomData<WithoutDebug> {
        PhantomData
    }
}

impl<T: ?Sized> ShowsAny for Shows<T> {}

/// A stored copy of a user's value.
#[derive(Debug)]
pub struct Kept<T, D>(T, PhantomData<D>);

// SAFETY: `Storable<Shared>` is `Send + Sync`.
unsafe impl<S, T: Eq + Storable<S>, D: Show<T>> StoredKey<S> for Kept<T, D> {
    fn same(&self, other: &Self) -> bool {
        is_same(&self.0, &other.0)
    }

    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        D::show(&self.0, f)
    }
}

/// A borrowed value.
#[derive(Debug)]
pub struct Looked<'k, T: ?Sized, D>(&'k T, PhantomData<D>);

impl<S: Scope, T: Hash + Eq + Clone + Storable<S>, D: Show<T>> Probe<S> for Looked<'_, T, D> {
    const SEAL: Seal = Seal;
    type Stored = Kept<T, D>;
    const TRUSTED: bool = false;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }

    #[inline]
    fn matches(&self, stored: &Kept<T, D>) -> bool {
        is_same(self.0, &stored.0)
    }

    fn to_stored(&self) -> Kept<T, D> {
        Kept(self.0.clone(), PhantomData)
    }
}

/// A slice is looked up as it is, and stored element by element.
impl<S: Scope, T: Hash + Eq + Clone + Storable<S>, D: Show<T>> Probe<S> for Looked<'_, [T], D> {
    const SEAL: Seal = Seal;
    type Stored = Box<[Kept<T, D>]>;
    const TRUSTED: bool = false;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }

    #[inline]
    fn matches(&self, stored: &Box<[Kept<T, D>]>) -> bool {
        self.0.len() == stored.len() && self.0.iter().zip(stored).all(|(value, stored)| is_same(value, &stored.0))
    }

    fn to_stored(&self) -> Box<[Kept<T, D>]> {
        // The `Clone` of an element may panic after earlier ones were made.
        let made: Vec<_> = self.0.iter().cloned().map(OnItsWay::new).collect();
        made.into_iter().map(|value| Kept(value.arrive(), PhantomData)).collect()
    }
}

macro_rules! by_value {
    ($($type:ty => $stored:ty),+) => {$(
        #[doc(hidden)]
        impl<S: Scope, T: Hash + Eq + Clone + Storable<S>, D: Show<T>> MemoKey<S> for Value<$type, D> {
            type Stored = $stored;
            type Probe<'k> = Looked<'k, $type, D> where Self: 'k;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                Looked(&self.1, PhantomData)
            }
        }
    )+};
}

by_value!(T => Kept<T, D>, [T] => Box<[Kept<T, D>]>);

/// Texts and paths are the same keys as without the mark.
macro_rules! as_unmarked {
    ($($text:ty),+) => {$(
        #[doc(hidden)]
        impl<S: Scope, D> MemoKey<S> for Value<$text, D> {
            type Stored = <$text as MemoKey<S>>::Stored;
            type Probe<'k> = <$text as MemoKey<S>>::Probe<'k> where Self: 'k;
            const TRUSTED: bool = true;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                MemoKey::<S>::probe_key(&self.1)
            }
        }
    )+};
}

as_unmarked!(str, Path, OsStr, CStr);
