//! A set for all threads that does not keep its objects alive.

use std::fmt;

use super::key_map::WeakKeyMap;
use super::key_table::SharedKey;
use crate::weak::key::Strong;
use crate::weak::set_operations::set_operations;

/// A set of objects, by identity, that does not keep them alive; shared by all threads and changed through `&`.
///
/// It behaves as [`WeakKeyMap`] does: keys are `Arc<T>`, dead objects are never seen, a look-up takes no lock, and the entries of dead objects
/// are dropped by insertions, by calls of any memo, and by [`sweep`](Self::sweep).
///
/// # Examples
///
/// ```
/// use memo_core::weak::WeakSet;
/// use std::sync::Arc;
///
/// let online = WeakSet::new();
/// let (ada, bob) = (Arc::new("ada"), Arc::new("bob"));
/// online.insert(&ada);
/// online.insert(&bob);
/// drop(bob);
/// assert_eq!((online.len(), online.contains(&ada)), (1, true));
/// ```
pub struct WeakSet<K: SharedKey + ?Sized> {
    map: WeakKeyMap<K, ()>,
}

impl<K: SharedKey + ?Sized> WeakSet<K> {
    /// Creates an empty set. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { map: WeakKeyMap::new() }
    }

    /// Creates an empty set with room for `capacity` objects.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { map: WeakKeyMap::with_capacity(capacity) }
    }

    /// Adds an object, and returns whether it was new. Time: O(1) amortised.
    pub fn insert(&self, object: &K) -> bool {
        self.map.insert(object, ()).is_none()
    }

    /// Returns whether the object is in the set. Time: O(1), without a lock.
    #[inline]
    pub fn contains(&self, object: &K) -> bool {
        self.map.contains_key(object)
    }

    /// Removes an object, and returns whether it was in the set. Time: O(1).
    pub fn remove(&self, object: &K) -> bool {
        self.map.remove(object).is_some()
    }

    /// Keeps the objects for which `keep` returns `true`. Time: O(stored).
    ///
    /// No lock is held while `keep` runs.
    pub fn retain(&self, mut keep: impl FnMut(&K) -> bool)
    where
        K: Strong,
    {
        self.map.retain(|object, ()| keep(object));
    }

    /// Drops the entries of dead objects, and returns how many there were. Time: O(stored).
    pub fn sweep(&self) -> usize {
        self.map.sweep()
    }

    /// Removes all objects, and returns how many entries there were, including those of dead objects.
    pub fn clear(&self) -> usize {
        self.map.clear()
    }

    /// Returns the number of living objects. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Returns `true` if no object is alive. Time: O(stored).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Returns the number of entries, including those of dead objects. Time: O(1).
    #[must_use]
    pub fn stored_len(&self) -> usize {
        self.map.stored_len()
    }

    /// Returns the approximate number of objects that there is room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// Makes room for `additional` more objects.
    ///
    /// # Panics
    ///
    /// If the new capacity does not fit in memory.
    pub fn reserve(&self, additional: usize) {
        self.map.reserve(additional);
    }

    /// Drops dead entries, and frees unused capacity.
    pub fn shrink_to_fit(&self) {
        self.map.shrink_to_fit();
    }
}

impl<K: SharedKey + Strong> WeakSet<K> {
    /// Iterates over the living objects in no particular order, as [`WeakKeyMap::iter`] does.
    pub fn iter(&self) -> impl Iterator<Item = K> {
        self.map.keys()
    }

    set_operations!();
}

impl<K: SharedKey + ?Sized> Default for WeakSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: SharedKey + Strong + fmt::Debug> fmt::Debug for WeakSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Clones the living objects.
impl<K: SharedKey + Strong> Clone for WeakSet<K> {
    fn clone(&self) -> Self {
        self.iter().collect()
    }
}

/// Sets are equal if they have the same living objects.
impl<K: SharedKey + Strong> PartialEq for WeakSet<K> {
    fn eq(&self, other: &Self) -> bool {
        self.is_subset(other) && other.is_subset(self)
    }
}

macro_rules! extend {
    ($($item:ty),+) => {$(
        impl<'a, K: SharedKey> Extend<$item> for WeakSet<K> {
            fn extend<I: IntoIterator<Item = $item>>(&mut self, objects: I) {
                (&*self).extend(objects);
            }
        }

        impl<'a, K: SharedKey> Extend<$item> for &WeakSet<K> {
            fn extend<I: IntoIterator<Item = $item>>(&mut self, objects: I) {
                (&self.map).extend(objects.into_iter().map(|object| (object, ())));
            }
        }

        /// Objects without another owner are dead at once.
        impl<'a, K: SharedKey> FromIterator<$item> for WeakSet<K> {
            fn from_iter<I: IntoIterator<Item = $item>>(objects: I) -> Self {
                let set = Self::new();
                (&set).extend(objects);
                set
            }
        }
    )+};
}

extend! { K, &'a K }

/// Serializes the living objects.
#[cfg(feature = "serde")]
impl<K: SharedKey + Strong + serde::Serialize> serde::Serialize for WeakSet<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
