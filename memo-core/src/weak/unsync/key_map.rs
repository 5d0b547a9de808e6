//! A map for one owner that does not keep its keys alive.

use std::fmt;

use super::entries::{Entries, Entry as Stored};
use crate::weak::classes::Place;
use crate::weak::key::{Strong, WeakKey};

/// A map from objects to values that does not keep the objects alive; for one owner, like `HashMap`.
///
/// Keys are `Arc<T>` or `Rc<T>` of any `T`, or objects with an anchor inside ([`Anchored`](crate::Anchored), [`HasAnchor`](crate::HasAnchor)), compared
/// by identity: `Hash` and `Eq` are never called, two equal objects are two keys, and all clones of one pointer are the same key. From the moment
/// the last strong handle of a key is dropped, its entry is never seen: not by [`len`](Self::len), not by iteration, and no look-up can name it.
///
/// # When values are dropped
///
/// The death of a key, which may happen on another thread, does not drop its value. That is done later by [`sweep`](Self::sweep), or by
/// insertions, each of which checks two other entries of its size class and drops the dead ones. While keys are inserted, the dead entries not
/// yet found are thus at most as many as the living ones of their class. Calls that take `&self` drop nothing. Until its entry is dropped, a
/// dead key keeps its allocation, but not its contents.
///
/// *A value that owns its own key, directly or indirectly, is never dropped*: such an entry cannot be told from a living one. (Languages with
/// a garbage collector have ephemerons for this.) Keep a `Weak`, an id or a copy in the value.
///
/// The map for all threads is [`sync::WeakKeyMap`](crate::weak::sync::WeakKeyMap).
///
/// # Examples
///
/// ```
/// use memo_core::weak::unsync::WeakKeyMap;
/// use std::rc::Rc;
///
/// let (button, label) = (Rc::new("ok"), Rc::new("ok"));
/// let mut clicks = WeakKeyMap::new();
/// *clicks.entry(&button).or_insert(0) += 1;
/// *clicks.entry(&button).or_insert(0) += 1;
/// assert_eq!(clicks.get(&button), Some(&2));
/// assert_eq!(clicks.get(&label), None); // equal, but another object
///
/// drop(button);
/// assert!(clicks.is_empty());
/// ```
pub struct WeakKeyMap<K: WeakKey + ?Sized, V> {
    entries: Entries<Keyed<K, V>>,
}

struct Keyed<K: WeakKey + ?Sized, V> {
    identity: u64,
    key: K::Weak,
    value: V,
}

impl<K: WeakKey + ?Sized, V> Keyed<K, V> {
    fn new(key: &K, value: V) -> Self {
        let (identity, key) = key.to_weak(None);
        Self { identity, key, value }
    }
}

impl<K: WeakKey + ?Sized, V> Stored for Keyed<K, V> {
    const QUIET: bool = !std::mem::needs_drop::<V>();
    fn hash(&self) -> u64 {
        self.identity
    }
    fn is_asked_soon(&self) {
        K::is_asked_soon(&self.key);
    }
    fn is_dead(&self) -> bool {
        K::is_dead(&self.key)
    }
}

impl<K: WeakKey + ?Sized, V> WeakKeyMap<K, V> {
    /// Creates an empty map. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Entries::new() }
    }

    /// Creates an empty map with room for `capacity` entries in its index.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let mut map = Self::new();
        map.reserve(capacity);
        map
    }

    #[inline]
    fn find(&self, key: &K) -> Option<Place> {
        let identity = key.identity()?;
        self.entries.find(identity, |entry| entry.identity == identity)
    }

    /// Returns the value of `key`. Time: O(1), without reading the object.
    #[inline]
    pub fn get(&self, key: &K) -> Option<&V> {
        Some(&self.entries.get(self.find(key)?).value)
    }

    /// Returns a mutable reference to the value of `key`. Time: O(1).
    #[inline]
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let place = self.find(key)?;
        Some(&mut self.entries.get_mut(place).value)
    }

    /// Returns whether `key` has a value. Time: O(1).
    #[inline]
    pub fn contains_key(&self, key: &K) -> bool {
        self.find(key).is_some()
    }

    /// Sets the value of `key`, and returns the previous one. Time: O(1) amortised.
    ///
    /// It may drop up to two values of dead keys; their panics are swallowed.
    pub fn insert(&mut self, key: &K, value: V) -> Option<V> {
        match self.find(key) {
            Some(place) => Some(std::mem::replace(&mut self.entries.get_mut(place).value, value)),
            None => {
                self.entries.add(key.pinned(), Keyed::new(key, value));
                None
            }
        }
    }

    /// Returns the entry of `key`, for in-place changes.
    pub fn entry<'a>(&'a mut self, key: &'a K) -> Entry<'a, K, V> {
        match self.find(key) {
            Some(place) => Entry::Occupied(OccupiedEntry { map: self, place }),
            None => Entry::Vacant(VacantEntry { map: self, key }),
        }
    }

    /// Removes the entry of `key`, and returns its value. Time: O(1).
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let place = self.find(key)?;
        Some(self.entries.take(place).value)
    }

    /// Keeps the entries of living keys for which `keep` returns `true`, and drops all others. Time: O(stored).
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool)
    where
        K: Strong,
    {
        self.entries.retain(|entry| K::upgrade(&entry.key).is_some_and(|key| keep(&key, &mut entry.value)));
    }

    /// Drops the entries of dead keys, and returns how many there were. Time: O(stored).
    ///
    /// # Panics
    ///
    /// If the destructor of a value panics, once all are dropped.
    pub fn sweep(&mut self) -> usize {
        self.entries.drop_dead()
    }

    /// Drops all entries.
    ///
    /// # Panics
    ///
    /// If the destructor of a value panics, once all are dropped.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Returns the number of living keys. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.living()
    }

    /// Returns `true` if no key is alive. Time: O(stored), if the first ones are dead.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.iter().all(Stored::is_dead)
    }

    /// Returns the number of entries, including those of dead keys. Time: O(1).
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

    /// Drops the entries of dead keys, and frees unused capacity.
    pub fn shrink_to_fit(&mut self) {
        self.sweep();
        self.entries.shrink_to_fit();
    }

    /// Iterates over the living keys and their values, in no particular order.
    ///
    /// A returned key is alive as long as the caller keeps it.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)>
    where
        K: Strong,
    {
        self.entries.iter().filter_map(|entry| Some((K::upgrade(&entry.key)?, &entry.value)))
    }

    /// Iterates over the living keys and mutable references to their values, as [`iter`](Self::iter) does.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (K, &mut V)>
    where
        K: Strong,
    {
        self.entries.iter_mut().filter_map(|entry| Some((K::upgrade(&entry.key)?, &mut entry.value)))
    }

    /// Iterates over the living keys.
    pub fn keys(&self) -> impl Iterator<Item = K>
    where
        K: Strong,
    {
        self.entries.iter().filter_map(|entry| K::upgrade(&entry.key))
    }

    /// Iterates over the values of living keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().filter(|entry| !entry.is_dead()).map(|entry| &entry.value)
    }

    /// Iterates over mutable references to the values of living keys.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().filter(|entry| !entry.is_dead()).map(|entry| &mut entry.value)
    }

    /// Removes all entries, and iterates over those with living keys. The rest is dropped with the iterator.
    pub fn drain(&mut self) -> impl Iterator<Item = (K, V)> + use<K, V>
    where
        K: Strong,
    {
        self.entries.drain().filter_map(|entry| Some((K::upgrade(&entry.key)?, entry.value)))
    }
}

/// The entry of a key in a [`WeakKeyMap`], with or without a value.
pub enum Entry<'a, K: WeakKey + ?Sized, V> {
    /// The key has a value.
    Occupied(OccupiedEntry<'a, K, V>),
    /// The key has no value.
    Vacant(VacantEntry<'a, K, V>),
}

impl<'a, K: WeakKey + ?Sized, V> Entry<'a, K, V> {
    /// Returns the value, first inserting `value` if there is none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// Returns the value, first inserting the result of `make` if there is none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(make()),
        }
    }

    /// Returns the value, first inserting the default if there is none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Changes the value in place, if there is one.
    #[must_use]
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Self::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }
}

/// An entry with a value in a [`WeakKeyMap`].
pub struct OccupiedEntry<'a, K: WeakKey + ?Sized, V> {
    map: &'a mut WeakKeyMap<K, V>,
    place: Place,
}

impl<'a, K: WeakKey + ?Sized, V> OccupiedEntry<'a, K, V> {
    /// Returns the value.
    #[must_use]
    pub fn get(&self) -> &V {
        &self.map.entries.get(self.place).value
    }

    /// Returns a mutable reference to the value.
    pub fn get_mut(&mut self) -> &mut V {
        &mut self.map.entries.get_mut(self.place).value
    }

    /// Returns a mutable reference to the value that lives as long as the borrow of the map.
    #[must_use]
    pub fn into_mut(self) -> &'a mut V {
        &mut self.map.entries.get_mut(self.place).value
    }

    /// Sets the value, and returns the old one.
    pub fn insert(&mut self, value: V) -> V {
        std::mem::replace(self.get_mut(), value)
    }

    /// Removes the entry, and returns its value.
    pub fn remove(self) -> V {
        self.map.entries.take(self.place).value
    }
}

/// An entry without a value in a [`WeakKeyMap`].
pub struct VacantEntry<'a, K: WeakKey + ?Sized, V> {
    map: &'a mut WeakKeyMap<K, V>,
    key: &'a K,
}

impl<'a, K: WeakKey + ?Sized, V> VacantEntry<'a, K, V> {
    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &'a K {
        self.key
    }

    /// Sets the value, as [`WeakKeyMap::insert`] does.
    pub fn insert(self, value: V) -> &'a mut V {
        let place = self.map.entries.add(self.key.pinned(), Keyed::new(self.key, value));
        &mut self.map.entries.get_mut(place).value
    }
}

impl<K: WeakKey + ?Sized, V> Default for WeakKeyMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> fmt::Debug for WeakKeyMap<K, V>
where
    K: Strong + fmt::Debug,
    V: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Clones the living entries, with their values.
impl<K: Strong, V: Clone> Clone for WeakKeyMap<K, V> {
    fn clone(&self) -> Self {
        self.iter().map(|(key, value)| (key, value.clone())).collect()
    }
}

impl<K: WeakKey, V> Extend<(K, V)> for WeakKeyMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(&key, value);
        }
    }
}

impl<'a, K: WeakKey + ?Sized, V> Extend<(&'a K, V)> for WeakKeyMap<K, V> {
    fn extend<I: IntoIterator<Item = (&'a K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

/// Keys without another owner are dead at once.
impl<K: WeakKey, V> FromIterator<(K, V)> for WeakKeyMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<'a, K: WeakKey + ?Sized, V> FromIterator<(&'a K, V)> for WeakKeyMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (&'a K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}
