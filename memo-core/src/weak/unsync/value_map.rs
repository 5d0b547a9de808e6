//! A map for one owner that does not keep its values alive.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, Equivalent};

use super::entries::{Entries, Entry as Stored};
use crate::sys::panics::{OnItsWay, drop_quietly};
use crate::weak::classes::Place;
use crate::weak::key::Strong;

/// A map from keys to objects that does not keep the objects alive; for one owner, like `HashMap`.
///
/// Keys are owned, and compared by `Hash` and `Eq`. Values are `Arc<T>` or `Rc<T>` of any `T`, held weakly: an entry exists as long as the
/// value has another owner. From the moment the last strong handle is dropped, the entry is never seen. It is dropped, with its key, by
/// [`sweep`](Self::sweep), or by insertions, each of which checks two other entries whose objects are of the same size class. Calls that
/// take `&self` drop nothing.
///
/// For one living object per *equal* value, use [`Interner`](crate::weak::Interner). The map for all threads is
/// [`sync::WeakValueMap`](crate::weak::sync::WeakValueMap).
///
/// # Examples
///
/// ```
/// use memo_core::weak::unsync::WeakValueMap;
/// use std::rc::Rc;
///
/// let mut textures = WeakValueMap::new();
/// let grass = textures.get_or_insert_with("grass.png".to_owned(), || Rc::new([7_u8; 64]));
/// assert!(Rc::ptr_eq(&textures.get("grass.png").unwrap(), &grass));
///
/// drop(grass); // the last owner
/// assert!(textures.get("grass.png").is_none());
/// ```
pub struct WeakValueMap<K, V: Strong, S = DefaultHashBuilder> {
    entries: Entries<Valued<K, V>>,
    hasher: S,
}

struct Valued<K, V: Strong> {
    hash: u64,
    key: K,
    value: V::Weak,
}

impl<K, V: Strong> Stored for Valued<K, V> {
    const QUIET: bool = !std::mem::needs_drop::<K>();
    fn hash(&self) -> u64 {
        self.hash
    }
    fn is_asked_soon(&self) {
        V::is_asked_soon(&self.value);
    }
    fn is_dead(&self) -> bool {
        V::is_dead(&self.value)
    }
}

impl<K, V: Strong> WeakValueMap<K, V> {
    /// Creates an empty map. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates an empty map with room for `capacity` entries in its index.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let mut map = Self::default();
        map.reserve(capacity);
        map
    }
}

impl<K, V: Strong, S> WeakValueMap<K, V, S> {
    /// Creates an empty map with the given hasher for its keys.
    #[must_use]
    pub const fn with_hasher(hasher: S) -> Self {
        Self { entries: Entries::new(), hasher }
    }

    /// Returns the hasher of the keys.
    #[must_use]
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// Keeps the entries of living values for which `keep` returns `true`, and drops all others. Time: O(stored).
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.entries.retain(|entry| V::upgrade(&entry.value).is_some_and(|value| keep(&entry.key, &value)));
    }

    /// Drops the entries of dead values, and returns how many there were. Time: O(stored).
    ///
    /// # Panics
    ///
    /// If the destructor of a key panics, once all are dropped.
    pub fn sweep(&mut self) -> usize {
        self.entries.drop_dead()
    }

    /// Drops all entries.
    ///
    /// # Panics
    ///
    /// If the destructor of a key panics, once all are dropped.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Returns the number of living values. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.living()
    }

    /// Returns `true` if no value is alive. Time: O(stored), if the first ones are dead.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.iter().all(Stored::is_dead)
    }

    /// Returns the number of entries, including those of dead values. Time: O(1).
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

    /// Drops the entries of dead values, and frees unused capacity.
    pub fn shrink_to_fit(&mut self) {
        self.sweep();
        self.entries.shrink_to_fit();
    }

    /// Iterates over the living values and their keys, in no particular order.
    ///
    /// A returned value is alive as long as the caller keeps it.
    pub fn iter(&self) -> impl Iterator<Item = (&K, V)> {
        self.entries.iter().filter_map(|entry| Some((&entry.key, V::upgrade(&entry.value)?)))
    }

    /// Iterates over the keys of living values.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().filter(|entry| !entry.is_dead()).map(|entry| &entry.key)
    }

    /// Iterates over the living values.
    pub fn values(&self) -> impl Iterator<Item = V> {
        self.entries.iter().filter_map(|entry| V::upgrade(&entry.value))
    }

    /// Removes all entries, and iterates over those with living values. The rest is dropped with the iterator.
    pub fn drain(&mut self) -> impl Iterator<Item = (K, V)> + use<K, V, S> {
        self.entries.drain().filter_map(|entry| Some((entry.key, V::upgrade(&entry.value)?)))
    }
}

impl<K: Hash + Eq, V: Strong, S: BuildHasher> WeakValueMap<K, V, S> {
    #[inline]
    fn find<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> (u64, Option<Place>) {
        let hash = self.hasher.hash_one(key);
        (hash, self.entries.find(hash, |entry| entry.hash == hash && key.equivalent(&entry.key)))
    }

    /// Returns the value of `key` if it is alive. Time: O(1).
    #[inline]
    pub fn get<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        V::upgrade(&self.entries.get(self.find(key).1?).value)
    }

    /// Returns whether the value of `key` is alive. Time: O(1).
    pub fn contains_key<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        self.find(key).1.is_some_and(|place| !self.entries.get(place).is_dead())
    }

    /// Sets the value of `key`, and returns the previous one if that is alive. Time: O(1) amortised.
    ///
    /// It may drop up to two keys of dead values; their panics are swallowed.
    pub fn insert(&mut self, key: K, value: &V) -> Option<V> {
        let (hash, place) = self.find(&key);
        let old = place.map(|place| self.entries.take(place));
        self.entries.add(value.pinned(), Valued { hash, key, value: value.to_weak(None).1 });
        let old = old?;
        match V::upgrade(&old.value) {
            Some(value) => Some(OnItsWay::new(value).past(old)),
            None => {
                drop_quietly(old);
                None
            }
        }
    }

    /// Returns the living value of `key`, first inserting the result of `make` if there is none. Time: O(1) amortised, plus `make`.
    pub fn get_or_insert_with(&mut self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(value) = self.get(&key) {
            return OnItsWay::new(value).past((key, make));
        }
        let value = make();
        self.insert(key, &value);
        value
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with), with a borrowed key: an owned key is made only if there is no living value.
    pub fn get_or_insert_with_ref<'q, Q>(&mut self, key: &'q Q, make: impl FnOnce() -> V) -> V
    where
        Q: ?Sized + Hash + Equivalent<K>,
        K: From<&'q Q>,
    {
        match self.get(key) {
            Some(value) => OnItsWay::new(value).past(make),
            None => self.get_or_insert_with(K::from(key), make),
        }
    }

    /// Removes the entry of `key`, and returns its value if that is alive. Time: O(1).
    pub fn remove<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<V> {
        let place = self.find(key).1?;
        let entry = self.entries.take(place);
        let value = V::upgrade(&entry.value);
        OnItsWay::new(value).past(entry)
    }
}

impl<K, V: Strong, S: Default> Default for WeakValueMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K: fmt::Debug, V: Strong + fmt::Debug, S> fmt::Debug for WeakValueMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Clones the living entries.
impl<K: Hash + Eq + Clone, V: Strong, S: BuildHasher + Clone> Clone for WeakValueMap<K, V, S> {
    fn clone(&self) -> Self {
        let mut map = Self::with_hasher(self.hasher.clone());
        map.extend(self.iter().map(|(key, value)| (key.clone(), value)));
        map
    }
}

impl<K: Hash + Eq, V: Strong, S: BuildHasher> Extend<(K, V)> for WeakValueMap<K, V, S> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, &value);
        }
    }
}

/// Values without another owner are dead at once.
impl<K: Hash + Eq, V: Strong, S: BuildHasher + Default> FromIterator<(K, V)> for WeakValueMap<K, V, S> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

/// Serializes the living entries.
#[cfg(feature = "serde")]
impl<K: serde::Serialize, V: Strong + serde::Serialize, S> serde::Serialize for WeakValueMap<K, V, S> {
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_map(self.iter())
    }
}
