//! Copies of the user's own values: `#[memo(value)]`.

use std::hash::{Hash, Hasher};

use super::{MemoKey, StoredKey};
use crate::scope::{Scope, Storable};

/// A value that takes part by its own `Hash`, `Eq` and `Clone`.
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

/// A stored copy of the user's.
#[derive(Debug)]
pub struct Kept<T>(T);

// SAFETY: `Storable<Shared>` is `Send + Sync`.
unsafe impl<S, T: Eq + Storable<S>> StoredKey<S> for Kept<T> {
    fn same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<S: Scope, T: Hash + Eq + Clone + Storable<S>> MemoKey<S> for Value<T> {
    type Stored = Kept<T>;
    const FAITHFUL: bool = true;

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }

    #[inline]
    fn matches(&self, stored: &Kept<T>) -> bool {
        self.0 == stored.0
    }

    fn to_stored(&self) -> Kept<T> {
        Kept(self.0.clone())
    }
}
