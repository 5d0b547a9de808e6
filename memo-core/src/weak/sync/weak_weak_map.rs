//! A map for all threads that keeps neither its keys nor its values alive.

use std::fmt;

use super::key_table::{KeyTable, SharedKey, Weakly};
use super::node::Mortal;
use crate::sys::panics::OnItsWay;
use crate::weak::key::Strong;

/// A map from objects to objects that keeps neither alive, shared by all threads and changed through `&`.
///
/// The death of either object ends the entry. Keys and values are `Arc<T>` of any `T`, and keys are compared by identity. It behaves as
/// [`WeakKeyMap`](super::WeakKeyMap) does, except that a value that owns its key does not keep the entry alive.
///
/// # Examples
///
/// ```
/// use memo_core::weak::WeakWeakMap;
/// use std::sync::Arc;
///
/// let (child, parent) = (Arc::new("child"), Arc::new("parent"));
/// let parents = WeakWeakMap::new();
/// parents.insert(&child, &parent);
/// assert!(Arc::ptr_eq(&parents.get(&child).unwrap(), &parent));
/// drop(parent);
/// assert!(parents.get(&child).is_none() && parents.is_empty());
/// ```
pub struct WeakWeakMap<K: SharedKey + ?Sized, V: SharedKey + Strong> {
    table: KeyTable<K, Weakly<V>>,
}

impl<K: SharedKey + ?Sized, V: SharedKey + Strong> WeakWeakMap<K, V> {
    /// Creates an empty map. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: KeyTable::new() }
    }

    /// Returns the value of `key` if it is alive. Time: O(1), without a lock.
    #[inline]
    pub fn get(&self, key: &K) -> Option<V> {
        self.table.hold(key)?.payload.get()
    }

    /// Returns whether the value of `key` is alive. Time: O(1), without a lock.
    pub fn contains_key(&self, key: &K) -> bool {
        self.table.hold(key).is_some_and(|held| !held.is_dead())
    }

    /// What an entry keeps when it is dead, or the greater part of it.
    fn size(key: &K, value: &V) -> usize {
        key.pinned().max(value.pinned())
    }

    /// Sets the value of `key`, and returns the previous one if that is alive. Time: O(1) amortised.
    pub fn insert(&self, key: &K, value: &V) -> Option<V> {
        self.table.put(key, Self::size(key, value), Weakly::new(value))?.payload.get()
    }

    /// Returns the living value of `key`, first inserting the result of `make` if there is none. Time: O(1) amortised, plus `make`.
    ///
    /// If several threads make a value, all return the first that was inserted. No lock is held while `make` runs.
    pub fn get_or_insert_with(&self, key: &K, make: impl FnOnce() -> V) -> V {
        if let Some(value) = self.get(key) {
            return OnItsWay::new(value).past(make);
        }
        let value = make();
        loop {
            let (there, unneeded) = self.table.get_or_put(key, Self::size(key, &value), Weakly::new(&value));
            if unneeded.is_none() {
                return value;
            }
            // It may have died since.
            if let Some(theirs) = there.payload.get() {
                return OnItsWay::new(theirs).past(value);
            }
        }
    }

    /// Removes the entry of `key`, and returns its value if that is alive. Time: O(1).
    pub fn remove(&self, key: &K) -> Option<V> {
        self.table.take(key)?.payload.get()
    }

    /// Keeps the living entries for which `keep` returns `true`. Time: O(stored).
    ///
    /// No lock is held while `keep` runs.
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool)
    where
        K: Strong,
    {
        self.table.retain(|content| {
            let both = content.key().zip(content.payload.get());
            both.is_some_and(|(key, value)| keep(&key, &value))
        });
    }

    /// Drops the entries of dead keys and values, and returns how many there were. Time: O(stored).
    pub fn sweep(&self) -> usize {
        self.table.drop_those(Mortal::is_dead)
    }

    /// Drops all entries, and returns how many there were, including dead ones.
    pub fn clear(&self) -> usize {
        self.table.drop_those(|_| true)
    }

    /// Returns the number of entries whose key and value are alive. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.living()
    }

    /// Returns `true` if there is no such entry. Time: O(stored).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of entries, including dead ones. Time: O(1).
    #[must_use]
    pub fn stored_len(&self) -> usize {
        self.table.stored()
    }

    /// Returns the approximate number of entries that there is room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.table.capacity()
    }

    /// Makes room for `additional` more entries.
    ///
    /// # Panics
    ///
    /// If the new capacity does not fit in memory.
    pub fn reserve(&self, additional: usize) {
        self.table.reserve(additional);
    }

    /// Drops dead entries, and frees unused capacity.
    pub fn shrink_to_fit(&self) {
        self.table.shrink_to_fit();
    }

    /// Iterates over the living keys and values in no particular order, as [`WeakKeyMap::iter`](super::WeakKeyMap::iter) does.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)>
    where
        K: Strong,
    {
        self.table.iter(|content| content.key().zip(content.payload.get()))
    }
}

impl<K: SharedKey + ?Sized, V: SharedKey + Strong> Default for WeakWeakMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: SharedKey + Strong + fmt::Debug, V: SharedKey + Strong + fmt::Debug> fmt::Debug for WeakWeakMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Clones the living entries.
impl<K: SharedKey + Strong, V: SharedKey + Strong> Clone for WeakWeakMap<K, V> {
    fn clone(&self) -> Self {
        self.iter().collect()
    }
}

impl<K: SharedKey, V: SharedKey + Strong> Extend<(K, V)> for WeakWeakMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<K: SharedKey, V: SharedKey + Strong> Extend<(K, V)> for &WeakWeakMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(&key, &value);
        }
    }
}

/// Objects without another owner are dead at once.
impl<K: SharedKey, V: SharedKey + Strong> FromIterator<(K, V)> for WeakWeakMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::new();
        (&map).extend(entries);
        map
    }
}
