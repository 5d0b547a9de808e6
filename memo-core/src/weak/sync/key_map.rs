//! A map for all threads that does not keep its keys alive.

use std::fmt;
use std::ops::Deref;

use super::key_table::{HeldKey, KeyTable, Keyed, Own, SharedKey};
use super::node::Mortal;
use crate::sys::panics::{OnItsWay, drop_all};
use crate::sys::trivially_cloned::is_plain;
use crate::weak::key::Strong;

/// A map from objects to values that does not keep the objects alive, shared by all threads and changed through `&`.
///
/// Keys are `Arc<T>` of any `T`, or objects with an anchor inside ([`Anchored`](crate::Anchored), [`HasAnchor`](crate::HasAnchor)), compared by
/// identity: `Hash` and `Eq` are never called, two equal objects are two keys, and all clones of one `Arc` are the same key. From the moment
/// the last strong handle of a key is dropped, its entry is never seen: not by [`len`](Self::len), not by iteration, and no look-up can name it.
///
/// A look-up takes no lock. It writes nothing shared, except a count in the entry if the `Clone` of `V` is user code. Values are returned by
/// clone, or behind a [`Ref`]. No lock is held while user code runs, be it `Clone`, a destructor or a closure, so all of these may use the
/// map. A new map is a few words and can be a `static`; its first entry allocates 2 KiB.
///
/// # When values are dropped
///
/// *A key with an anchor inside* drops its entries inside its own drop, on that thread. They belong to the object, not to its content, so `&mut`
/// access and [`Anchor::clear`](crate::Anchor::clear) leave them in place. There are no strong handles of such keys, so the map iterates only
/// over their values.
///
/// *An `Arc`* dies without notice, so its value is dropped later:
///
/// * by [`sweep`](Self::sweep) or [`memo_core::sweep`](crate::sweep());
/// * by insertions, each of which checks two other entries of its size class and its part of the map;
/// * a little by other calls. With `n` entries in all such maps together, the dead entries of an unused map are dropped after at most about
///   `8 n` insertions elsewhere, `2 n` misses of memos, or `32 n` look-ups or hits. Each part of a map that has entries, and each eight maps,
///   count as 128 further entries.
///
/// While keys are inserted, the dead entries not yet found are thus at most as many as the living ones of their class. (And as many as fit
/// into 16 KiB, in each of the map's 16 parts, if the allocator does not reuse memory: a part is that of a region of memory.) No value with a
/// destructor is dropped inside the body of a memo. Until its entry is dropped, a dead key keeps its allocation, but not its contents.
///
/// A removed or replaced value is dropped before that call returns or, if another thread holds it behind a [`Ref`] or is cloning it, when
/// that thread is done.
///
/// *A value that owns its own key, directly or indirectly, is never dropped*: such an entry cannot be told from a living one. (Languages with
/// a garbage collector have ephemerons for this.) Keep a `Weak`, an id or a copy in the value. The visible case, a value that *is* its key,
/// panics on insertion. To map objects to objects, use [`WeakWeakMap`](super::WeakWeakMap).
///
/// # Examples
///
/// ```
/// use memo_core::weak::WeakKeyMap;
/// use std::sync::Arc;
///
/// static LAST_SEEN: WeakKeyMap<Arc<String>, u64> = WeakKeyMap::new();
///
/// let session = Arc::new(String::from("ada"));
/// LAST_SEEN.insert(&session, 7);
/// std::thread::scope(|scope| {
///     scope.spawn(|| assert_eq!(LAST_SEEN.get(&session), Some(7)));
/// });
///
/// drop(session);
/// assert!(LAST_SEEN.is_empty());
/// ```
pub struct WeakKeyMap<K: SharedKey + ?Sized, V: Send + Sync + 'static> {
    table: KeyTable<K, Own<V>>,
}

/// A guard that keeps a value of a [`WeakKeyMap`] from being dropped. It holds no lock.
pub struct Ref<'m, K: SharedKey + ?Sized, V: Send + Sync + 'static>(HeldKey<'m, K, Own<V>>);

impl<K: SharedKey + ?Sized, V: Send + Sync + 'static> Deref for Ref<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0.payload.0
    }
}

impl<K: SharedKey + ?Sized, V: Send + Sync + 'static + fmt::Debug> fmt::Debug for Ref<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<K: SharedKey + ?Sized, V: Send + Sync + 'static> WeakKeyMap<K, V> {
    /// Creates an empty map. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: KeyTable::new() }
    }

    /// Creates an empty map with room for `capacity` entries.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let map = Self::new();
        map.reserve(capacity);
        map
    }

    /// Returns a clone of the value of `key`. Time: O(1), without a lock.
    #[inline]
    pub fn get(&self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        if is_plain::<V>() {
            return self.table.look()?.look(key.identity()?, |node| {
                // SAFETY: the node is looked at.
                let value = unsafe { Self::value(node.content()) };
                // SAFETY: its `Clone` copies it, and it has no drop glue, so it is there as long as the node is.
                Some(unsafe { value.read() })
            });
        }
        Some(self.table.hold(key)?.read(|content| content.payload.0.clone()))
    }

    /// # Safety
    /// The node is there.
    unsafe fn value(content: *const Keyed<K, Own<V>>) -> *const V {
        // SAFETY: the caller's.
        unsafe { &raw const (*content).payload.0 }
    }

    /// Returns the value of `key` behind a guard that keeps it. Time: O(1), without a lock.
    #[inline]
    pub fn get_ref(&self, key: &K) -> Option<Ref<'_, K, V>> {
        self.table.hold(key).map(Ref)
    }

    /// Returns whether `key` has a value. Time: O(1), without a lock.
    #[inline]
    pub fn contains_key(&self, key: &K) -> bool {
        self.table.contains(key)
    }

    /// Sets the value of `key`, and returns the previous one. Time: O(1) amortised.
    ///
    /// It may drop some values of dead keys; their panics are swallowed.
    ///
    /// # Panics
    ///
    /// If `value` is `key` itself, which could then never die.
    #[track_caller]
    pub fn insert(&self, key: &K, value: V) -> Option<V>
    where
        V: Clone,
    {
        refuse_own_key(key, &value);
        self.table.put(key, key.pinned(), Own(value)).map(Self::value_of)
    }

    /// Returns the value of `key`, first inserting the result of `make` if there is none. Time: O(1) amortised, plus `make`.
    ///
    /// If several threads make a value, all return the first that was inserted. No lock is held while `make` runs.
    ///
    /// # Panics
    ///
    /// If `make` panics or returns `key` itself. Nothing is inserted then.
    #[track_caller]
    pub fn get_or_insert_with(&self, key: &K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(value) = self.get(key) {
            return OnItsWay::new(value).past(make);
        }
        // A `Clone` that panics leaves nothing.
        let value = OnItsWay::new(make());
        refuse_own_key(key, &*value);
        let (there, unneeded) = self.table.get_or_put(key, key.pinned(), Own((*value).clone()));
        match unneeded {
            None => {
                drop(there);
                value.arrive()
            }
            Some(Own(unneeded)) => {
                drop_all([unneeded, value.arrive()]);
                there.read(|content| content.payload.0.clone())
            }
        }
    }

    /// Replaces the value of `key` with the result of `change`, and returns that, or `None` if `key` has no value.
    ///
    /// If the value is set or removed meanwhile, by another thread or by `change` itself, the update starts over. No lock is held while
    /// `change` runs. Time: O(1), plus `change`.
    ///
    /// # Panics
    ///
    /// If `change` panics or returns `key` itself. The value stays then.
    #[track_caller]
    pub fn update(&self, key: &K, mut change: impl FnMut(&V) -> V) -> Option<V>
    where
        V: Clone,
    {
        loop {
            let held = self.table.hold(key)?;
            let new = OnItsWay::new(change(&held.payload.0));
            refuse_own_key(key, &*new);
            match self.table.replace(key, key.pinned(), &held, Own((*new).clone())) {
                Ok(old) => {
                    drop_all([held, old]);
                    return Some(new.past(change));
                }
                Err(Own(unneeded)) => {
                    let unneeded = OnItsWay::new(unneeded).past(held);
                    drop_all([unneeded, new.arrive()]);
                }
            }
        }
    }

    /// Removes the entry of `key`, and returns its value. Time: O(1).
    pub fn remove(&self, key: &K) -> Option<V>
    where
        V: Clone,
    {
        self.table.take(key).map(Self::value_of)
    }

    /// The value itself, if nobody is looking at it; else a clone.
    fn value_of(held: HeldKey<'_, K, Own<V>>) -> V
    where
        V: Clone,
    {
        match held.into_content() {
            Ok(content) => content.payload.0,
            Err(held) => held.read(|content| content.payload.0.clone()),
        }
    }

    /// Keeps the entries of living keys for which `keep` returns `true`, and drops all others. Time: O(stored).
    ///
    /// No lock is held while `keep` runs. Entries inserted meanwhile may or may not be visited.
    ///
    /// # Panics
    ///
    /// If `keep` panics: the remaining entries stay. If the destructor of a value panics, once all are dropped.
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool)
    where
        K: Strong,
    {
        self.table.retain(|content| content.key().is_some_and(|key| keep(&key, &content.payload.0)));
    }

    /// Drops the entries of dead keys, and returns how many there were. Time: O(stored).
    ///
    /// # Panics
    ///
    /// If the destructor of a value panics, once all are dropped.
    pub fn sweep(&self) -> usize {
        self.table.drop_those(Mortal::is_dead)
    }

    /// Drops all entries, and returns how many there were, including those of dead keys.
    ///
    /// # Panics
    ///
    /// If the destructor of a value panics, once all are dropped.
    pub fn clear(&self) -> usize {
        self.table.drop_those(|_| true)
    }

    /// Returns the number of living keys. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.living()
    }

    /// Returns `true` if no key is alive. Time: O(stored).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of entries, including those of dead keys. Time: O(1).
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

    /// Drops the entries of dead keys, and frees unused capacity.
    pub fn shrink_to_fit(&self) {
        self.table.shrink_to_fit();
    }

    /// Iterates over the living keys and clones of their values, in no particular order.
    ///
    /// The map may be changed meanwhile, also by the iterating thread, and keys may die. Each entry present from beginning to end is
    /// returned once. While it is in a part of the map, the iterator keeps values that are removed there from being dropped. There are 16
    /// parts, and keys that lie close together in memory are in one. It keeps no key alive except those that it has returned.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)>
    where
        K: Strong,
        V: Clone,
    {
        self.table.iter(|content| {
            // Dropped quietly if the `Clone` panics, which may have dropped the last other handle.
            let key = OnItsWay::new(content.key()?);
            let value = content.payload.0.clone();
            Some((key.arrive(), value))
        })
    }

    /// Iterates over the living keys, as [`iter`](Self::iter) does.
    pub fn keys(&self) -> impl Iterator<Item = K>
    where
        K: Strong,
    {
        self.table.iter(Keyed::key)
    }

    /// Iterates over clones of the values of living keys, as [`iter`](Self::iter) does.
    pub fn values(&self) -> impl Iterator<Item = V>
    where
        V: Clone,
    {
        self.table.iter(|content| (!content.is_dead()).then(|| content.payload.0.clone()))
    }
}

/// The leak that can be seen.
#[inline]
#[track_caller]
fn refuse_own_key<K: SharedKey + ?Sized, V: 'static>(key: &K, value: &V) {
    assert!(
        !key.is_the_value(value),
        "memo_core: the value in a weak map is its own key, and would keep itself alive forever: use a `WeakSet`, a \
         `WeakWeakMap`, or a `Weak` as the value"
    );
}

impl<K: SharedKey + ?Sized, V: Send + Sync + 'static> Default for WeakKeyMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> fmt::Debug for WeakKeyMap<K, V>
where
    K: SharedKey + Strong + fmt::Debug,
    V: Send + Sync + 'static + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        self.table.for_each(|content| {
            if let Some(key) = content.key() {
                map.entry(&key, &content.payload.0);
            }
        });
        map.finish()
    }
}

/// Clones the living entries, with their values.
impl<K: SharedKey + Strong, V: Send + Sync + 'static + Clone> Clone for WeakKeyMap<K, V> {
    fn clone(&self) -> Self {
        self.iter().collect()
    }
}

macro_rules! extend {
    ($($item:ty),+) => {$(
        impl<'a, K: SharedKey, V: Send + Sync + 'static + Clone> Extend<$item> for WeakKeyMap<K, V> {
            fn extend<I: IntoIterator<Item = $item>>(&mut self, entries: I) {
                (&*self).extend(entries);
            }
        }

        impl<'a, K: SharedKey, V: Send + Sync + 'static + Clone> Extend<$item> for &WeakKeyMap<K, V> {
            fn extend<I: IntoIterator<Item = $item>>(&mut self, entries: I) {
                for (key, value) in entries {
                    self.insert(std::borrow::Borrow::borrow(&key), value);
                }
            }
        }

        /// Keys without another owner are dead at once.
        impl<'a, K: SharedKey, V: Send + Sync + 'static + Clone> FromIterator<$item> for WeakKeyMap<K, V> {
            fn from_iter<I: IntoIterator<Item = $item>>(entries: I) -> Self {
                let map = Self::new();
                (&map).extend(entries);
                map
            }
        }
    )+};
}

extend! { (K, V), (&'a K, V) }
