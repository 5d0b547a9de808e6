//! A map for one owner that keeps neither its keys nor its values alive.

use std::fmt;

use super::entries::{Entries, Entry as Stored};
use crate::sys::panics::OnItsWay;
use crate::weak::classes::Place;
use crate::weak::key::{Strong, WeakKey};

/// A map from objects to objects that keeps neither alive; for one owner, like `HashMap`.
///
/// The death of either object ends the entry. Keys and values are `Arc<T>` or `Rc<T>` of any `T`, and keys are compared by identity. It
/// behaves as [`WeakKeyMap`](super::WeakKeyMap) does, except that a value that owns its key does not keep the entry alive. The map for all
/// threads is [`sync::WeakWeakMap`](crate::weak::sync::WeakWeakMap).
///
/// # Examples
///
/// ```
/// use memo_core::weak::unsync::WeakWeakMap;
/// use std::rc::Rc;
///
/// let (child, parent) = (Rc::new("child"), Rc::new("parent"));
/// let mut parents = WeakWeakMap::new();
/// parents.insert(&child, &parent);
/// assert!(Rc::ptr_eq(&parents.get(&child).unwrap(), &parent));
/// drop(parent);
/// assert!(parents.get(&child).is_none() && parents.is_empty());
/// ```
pub struct WeakWeakMap<K: WeakKey + ?Sized, V: Strong> {
    entries: Entries<Linked<K, V>>,
}

struct Linked<K: WeakKey + ?Sized, V: Strong> {
    identity: u64,
    key: K::Weak,
    value: V::Weak,
}

impl<K: WeakKey + ?Sized, V: Strong> Stored for Linked<K, V> {
    const QUIET: bool = true;
    fn hash(&self) -> u64 {
        self.identity
    }
    fn is_asked_soon(&self) {
        K::is_asked_soon(&self.key);
        V::is_asked_soon(&self.value);
    }
    fn is_dead(&self) -> bool {
        K::is_dead(&self.key) || V::is_dead(&self.value)
    }
}

impl<K: WeakKey + ?Sized, V: Strong> WeakWeakMap<K, V> {
    /// Creates an empty map. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Entries::new() }
    }

    #[inline]
    fn find(&self, key: &K) -> Option<Place> {
        let identity = key.identity()?;
        self.entries.find(identity, |entry| entry.identity == identity)
    }

    /// Returns the value of `key` if it is alive. Time: O(1).
    #[inline]
    pub fn get(&self, key: &K) -> Option<V> {
        V::upgrade(&self.entries.get(self.find(key)?).value)
    }

    /// Returns whether the value of `key` is alive. Time: O(1).
    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_some_and(|place| !self.entries.get(place).is_dead())
    }

    /// Sets the value of `key`, and returns the previous one if that is alive. Time: O(1) amortised.
    pub fn insert(&mut self, key: &K, value: &V) -> Option<V> {
        // Not in its place: the new value may be of another size.
        let old = self.find(key).map(|place| self.entries.take(place));
        let (identity, weak) = key.to_weak(None);
        let linked = Linked { identity, key: weak, value: value.to_weak(None).1 };
        self.entries.add(key.pinned().max(value.pinned()), linked);
        V::upgrade(&old?.value)
    }

    /// Returns the living value of `key`, first inserting the result of `make` if there is none. Time: O(1) amortised, plus `make`.
    pub fn get_or_insert_with(&mut self, key: &K, make: impl FnOnce() -> V) -> V {
        if let Some(value) = self.get(key) {
            return OnItsWay::new(value).past(make);
        }
        let value = make();
        self.insert(key, &value);
        value
    }

    /// Removes the entry of `key`, and returns its value if that is alive. Time: O(1).
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.find(key)?;
        V::upgrade(&self.entries.take(place).value)
    }

    /// Keeps the living entries for which `keep` returns `true`. Time: O(stored).
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool)
    where
        K: Strong,
    {
        self.entries.retain(|entry| {
            let both = K::upgrade(&entry.key).zip(V::upgrade(&entry.value));
            both.is_some_and(|(key, value)| keep(&key, &value))
        });
    }

    /// Drops the entries of dead keys and values, and returns how many there were. Time: O(stored).
    pub fn sweep(&mut self) -> usize {
        self.entries.drop_dead()
    }

    /// Drops all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Returns the number of entries whose key and value are alive. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.living()
    }

    /// Returns `true` if there is no such entry. Time: O(stored), if the first ones are dead.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.iter().all(Stored::is_dead)
    }

    /// Returns the number of entries, including dead ones. Time: O(1).
    #[must_use]
    pub fn stored_len(&self) -> usize {
        self.entries.stored()
    }

    /// Returns the number of entries that the index has room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// Makes room for `additional` more entries in the index.
    ///
    /// # Panics
    ///
    /// If the new capacity does not fit in memory.
    pub fn reserve(&mut self, additional: usize) {
        self.entries.reserve(additional);
    }

    /// Drops dead entries, and frees unused capacity.
    pub fn shrink_to_fit(&mut self) {
        self.sweep();
        self.entries.shrink_to_fit();
    }

    /// Iterates over the living keys and values, in no particular order.
    ///
    /// A returned pair is alive as long as the caller keeps it.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)>
    where
        K: Strong,
    {
        self.entries.iter().filter_map(|entry| K::upgrade(&entry.key).zip(V::upgrade(&entry.value)))
    }
}

impl<K: WeakKey + ?Sized, V: Strong> Default for WeakWeakMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Strong + fmt::Debug, V: Strong + fmt::Debug> fmt::Debug for WeakWeakMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Strong, V: Strong> Clone for WeakWeakMap<K, V> {
    fn clone(&self) -> Self {
        self.iter().collect()
    }
}

impl<K: WeakKey, V: Strong> Extend<(K, V)> for WeakWeakMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(&key, &value);
        }
    }
}

/// Objects without another owner are dead at once.
impl<K: WeakKey, V: Strong> FromIterator<(K, V)> for WeakWeakMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}
