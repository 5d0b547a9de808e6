//! A set for one owner that does not keep its objects alive.

use std::fmt;

use super::key_map::WeakKeyMap;
use crate::weak::key::{Strong, WeakKey};
use crate::weak::set_operations::set_operations;

/// A set of objects, by identity, that does not keep them alive; for one owner, like `HashSet`.
///
/// It behaves as [`WeakKeyMap`] does: keys are `Arc<T>` or `Rc<T>`, dead objects are never seen, and their entries are dropped by insertions
/// and by [`sweep`](Self::sweep). The set for all threads is [`sync::WeakSet`](crate::weak::sync::WeakSet).
///
/// # Examples
///
/// ```
/// use memo_core::weak::unsync::WeakSet;
/// use std::rc::Rc;
///
/// let (open, shut) = (Rc::new("window"), Rc::new("window"));
/// let mut windows = WeakSet::new();
/// windows.insert(&open);
/// windows.insert(&shut);
/// drop(shut);
/// assert_eq!(windows.len(), 1);
/// assert!(windows.iter().all(|window| Rc::ptr_eq(&window, &open)));
/// ```
pub struct WeakSet<K: WeakKey + ?Sized> {
    map: WeakKeyMap<K, ()>,
}

impl<K: WeakKey + ?Sized> WeakSet<K> {
    /// Creates an empty set. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { map: WeakKeyMap::new() }
    }

    /// Creates an empty set with room for `capacity` objects in its index.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { map: WeakKeyMap::with_capacity(capacity) }
    }

    /// Adds an object, and returns whether it was new. Time: O(1) amortised.
    pub fn insert(&mut self, object: &K) -> bool {
        self.map.insert(object, ()).is_none()
    }

    /// Returns whether the object is in the set. Time: O(1).
    #[inline]
    pub fn contains(&self, object: &K) -> bool {
        self.map.contains_key(object)
    }

    /// Removes an object, and returns whether it was in the set. Time: O(1).
    pub fn remove(&mut self, object: &K) -> bool {
        self.map.remove(object).is_some()
    }

    /// Keeps the objects for which `keep` returns `true`. Time: O(stored).
    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool)
    where
        K: Strong,
    {
        self.map.retain(|object, ()| keep(object));
    }

    /// Drops the entries of dead objects, and returns how many there were. Time: O(stored).
    pub fn sweep(&mut self) -> usize {
        self.map.sweep()
    }

    /// Removes all objects.
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Returns the number of living objects. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Returns `true` if no object is alive. Time: O(stored), if the first ones are dead.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Returns the number of entries, including those of dead objects. Time: O(1).
    #[must_use]
    pub fn stored_len(&self) -> usize {
        self.map.stored_len()
    }

    /// Returns the number of objects that the index has room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// Makes room for `additional` more objects in the index.
    ///
    /// # Panics
    ///
    /// If the new capacity does not fit in memory.
    pub fn reserve(&mut self, additional: usize) {
        self.map.reserve(additional);
    }

    /// Drops dead entries, and frees unused capacity.
    pub fn shrink_to_fit(&mut self) {
        self.map.shrink_to_fit();
    }
}

impl<K: Strong> WeakSet<K> {
    /// Iterates over the living objects, in no particular order.
    ///
    /// A returned object is alive as long as the caller keeps it.
    pub fn iter(&self) -> impl Iterator<Item = K> {
        self.map.keys()
    }

    /// Removes all objects, and iterates over the living ones.
    pub fn drain(&mut self) -> impl Iterator<Item = K> + use<K> {
        self.map.drain().map(|(object, ())| object)
    }

    set_operations!();
}

impl<K: WeakKey + ?Sized> Default for WeakSet<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Strong + fmt::Debug> fmt::Debug for WeakSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// Clones the living objects.
impl<K: Strong> Clone for WeakSet<K> {
    fn clone(&self) -> Self {
        self.iter().collect()
    }
}

/// Sets are equal if they have the same living objects.
impl<K: Strong> PartialEq for WeakSet<K> {
    fn eq(&self, other: &Self) -> bool {
        self.is_subset(other) && other.is_subset(self)
    }
}

impl<K: WeakKey> Extend<K> for WeakSet<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, objects: I) {
        self.map.extend(objects.into_iter().map(|object| (object, ())));
    }
}

impl<'a, K: WeakKey + ?Sized> Extend<&'a K> for WeakSet<K> {
    fn extend<I: IntoIterator<Item = &'a K>>(&mut self, objects: I) {
        self.map.extend(objects.into_iter().map(|object| (object, ())));
    }
}

/// Objects without another owner are dead at once.
impl<K: WeakKey> FromIterator<K> for WeakSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(objects: I) -> Self {
        let mut set = Self::new();
        set.extend(objects);
        set
    }
}

impl<'a, K: WeakKey + ?Sized> FromIterator<&'a K> for WeakSet<K> {
    fn from_iter<I: IntoIterator<Item = &'a K>>(objects: I) -> Self {
        let mut set = Self::new();
        set.extend(objects);
        set
    }
}

/// Serializes the living objects.
#[cfg(feature = "serde")]
impl<K: Strong + serde::Serialize> serde::Serialize for WeakSet<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
