//! Copies of the user's own values: `#[memo(value)]`.

use std::any::Any;
use std::ffi::{CStr, OsStr};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use super::memo_key::MemoKey;
use super::probe::Probe;
use super::stored::StoredKey;
use crate::argument::scope::{Scope, Storable};

/// A value that takes part by its own `Hash`, `Eq` and `Clone`; a path by its spelling, as without the mark.
#[derive(Debug)]
#[repr(transparent)]
pub struct Value<T: ?Sized>(T);

impl<T: ?Sized> Value<T> {
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

/// A stored copy of a user's value.
#[derive(Debug)]
pub struct Kept<T>(T);

// SAFETY: `Storable<Shared>` is `Send + Sync`.
unsafe impl<S, T: Eq + Storable<S>> StoredKey<S> for Kept<T> {
    fn same(&self, other: &Self) -> bool {
        is_same(&self.0, &other.0)
    }
}

/// A borrowed value.
#[derive(Debug)]
pub struct Looked<'k, T: ?Sized>(&'k T);

impl<S: Scope, T: Hash + Eq + Clone + Storable<S>> Probe<S> for Looked<'_, T> {
    type Stored = Kept<T>;
    const TRUSTED: bool = false;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }

    #[inline]
    fn matches(&self, stored: &Kept<T>) -> bool {
        is_same(self.0, &stored.0)
    }

    fn to_stored(&self) -> Kept<T> {
        Kept(self.0.clone())
    }
}

/// A slice is looked up as it is, and stored element by element.
impl<S: Scope, T: Hash + Eq + Clone + Storable<S>> Probe<S> for Looked<'_, [T]> {
    type Stored = Box<[Kept<T>]>;
    const TRUSTED: bool = false;

    #[inline]
    fn hash_part<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }

    #[inline]
    fn matches(&self, stored: &Box<[Kept<T>]>) -> bool {
        self.0.len() == stored.len() && self.0.iter().zip(stored).all(|(value, stored)| is_same(value, &stored.0))
    }

    fn to_stored(&self) -> Box<[Kept<T>]> {
        self.0.iter().cloned().map(Kept).collect()
    }
}

macro_rules! by_value {
    ($($type:ty => $stored:ty),+) => {$(
        #[doc(hidden)]
        impl<S: Scope, T: Hash + Eq + Clone + Storable<S>> MemoKey<S> for Value<$type> {
            type Stored = $stored;
            type Probe<'k> = Looked<'k, $type> where Self: 'k;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                Looked(&self.0)
            }
        }
    )+};
}

by_value!(T => Kept<T>, [T] => Box<[Kept<T>]>);

/// Texts and paths are the same keys as without the mark.
macro_rules! as_unmarked {
    ($($text:ty),+) => {$(
        #[doc(hidden)]
        impl<S: Scope> MemoKey<S> for Value<$text> {
            type Stored = <$text as MemoKey<S>>::Stored;
            type Probe<'k> = <$text as MemoKey<S>>::Probe<'k>;
            const TRUSTED: bool = true;

            #[inline]
            fn probe_key(&self) -> Self::Probe<'_> {
                MemoKey::<S>::probe_key(&self.0)
            }
        }
    )+};
}

as_unmarked!(str, Path, OsStr, CStr);
