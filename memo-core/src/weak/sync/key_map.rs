//! A map whose keys are objects that it does not keep alive, for all threads.

use std::fmt;
use std::ops::Deref;

use super::key_table::{HeldKey, KeyTable, Keyed, Own, SharedKey};
use super::node::Mortal;
use crate::sys::panics::{OnItsWay, drop_all};
use crate::sys::trivially_cloned::is_plain;
use crate::weak::key::Strong;

/// A map from objects to values, which go when their objects do: for all threads, who change it through `&`.
///
/// Keys are `Arc<T>` of any `T`, or objects with an anchor inside ([`Anchored`](crate::Anchored), [`HasAnchor`](crate::HasAnchor)), by identity: `Hash` and
/// `Eq` are never called, two equal objects are two keys, and all clones of one `Arc` are one. The map keeps no key alive. From the moment a key's last strong pointer is gone its entry is never seen: not by
/// [`len`](Self::len), not by iteration, and no look-up can name it.
///
/// A look-up takes no lock and writes nothing that is shared, beside a count in the entry where `V`'s `Clone` is the user's. Values are returned
/// by clone, or behind a [`Ref`]; no lock is ever held while code of the user's runs, be it `Clone`, a destructor or a closure. So any of that
/// may use the map, too. A new map is a few words and can be a `static`; with its first entry it takes 2 KiB.
///
/// # When values are dropped
///
/// *A key with an anchor inside* takes its entries with it: they are dropped inside its own drop, on that thread. They are of the object and not
/// of its content, so `&mut` access and [`Anchor::clear`](crate::Anchor::clear) leave them. Of such keys no strong handle can be made, so the map
/// iterates over their values only.
///
/// *An `Arc`* dies without notice, so its value is dropped later: by [`sweep`](Self::sweep) or [`memo_core::sweep`](crate::sweep()); by an insertion, each of
/// which looks at two other entries of its size class and its part of the map; and a little by other calls: with `n` entries in all such maps together, the dead of one that nobody uses go
/// after at most some `8 n` insertions elsewhere, `2 n` misses of memos, or `32 n` look-ups or hits (each part of a map that has entries, and each eight maps, counting as 128
/// entries more). While keys are inserted, the dead that are not found yet are so at most as many as the living of the class.
/// Inside the body of a memo no value with a destructor is dropped. Until its entry is dropped, a dead key keeps its allocation, not its
/// contents.
///
/// What is removed or replaced is dropped before that call returns; where another thread has it behind a [`Ref`], or is cloning it, when
/// that is done.
///
/// *A value that owns its own key, directly or not, is never dropped*: nobody can tell such an entry from a living one. (Languages with
/// a collector have ephemerons for this.) Keep a `Weak`, an id or a copy in the value. What is seen, a value that *is* its key, is refused by a panic
/// of the call that would put it in; for objects to objects there is [`WeakWeakMap`](super::WeakWeakMap).
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

/// A value of a [`WeakKeyMap`], which stays as long as this does. No lock is held.
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

    /// A clone of the value of `key`. Time: O(1), without a lock.
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

    /// The value of `key`, which stays as long as the returned guard does. Time: O(1), without a lock.
    #[inline]
    pub fn get_ref(&self, key: &K) -> Option<Ref<'_, K, V>> {
        self.table.hold(key).map(Ref)
    }

    /// Returns whether `key` has a value. Time: O(1), without a lock.
    #[inline]
    pub fn contains_key(&self, key: &K) -> bool {
        self.table.contains(key)
    }

    /// Sets the value of `key`, and returns the one it had. Time: O(1) amortised; it may drop some values of dead keys, whose panics are
    /// swallowed.
    ///
    /// # Panics
    ///
    /// If `value` is `key` itself, which could never die.
    #[track_caller]
    pub fn insert(&self, key: &K, value: V) -> Option<V>
    where
        V: Clone,
    {
        refuse_own_key(key, &value);
        self.table.put(key, key.pinned(), Own(value)).map(Self::value_of)
    }

    /// The value of `key`; what `make` returns, if there was none. Where several threads make one, all return the first that was put in.
    /// Time: O(1) amortised, and `make`, during which no lock is held.
    ///
    /// # Panics
    ///
    /// If `make` does, or returns `key` itself: then nothing is put in.
    #[track_caller]
    pub fn get_or_insert_with(&self, key: &K, make: impl FnOnce() -> V) -> V
    where
        V: Clone,
    {
        if let Some(value) = self.get(key) {
            return value;
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

    /// Sets the value of `key` to what `change` makes of it, and returns that; `None` if there is none. If it is set or taken out meanwhile, by
    /// another thread or by `change` itself, all begins again. Time: O(1), and `change`, during which no lock is held.
    ///
    /// # Panics
    ///
    /// If `change` does, or returns `key` itself: then the value stays.
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
                    return Some(new.arrive());
                }
                Err(Own(unneeded)) => {
                    drop(held);
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

    /// The living keys, and clones of their values, in no particular order.
    ///
    /// The map may be changed meanwhile, also by the thread that iterates, and keys may die: each entry that was there from the beginning
    /// to the end comes once. The iterator keeps the values of a sixteenth of the map from being dropped, and no key alive but those that
    /// it has returned.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)>
    where
        K: Strong,
        V: Clone,
    {
        self.table.iter(|content| Some((content.key()?, content.payload.0.clone())))
    }

    /// The living keys; as [`iter`](Self::iter).
    pub fn keys(&self) -> impl Iterator<Item = K>
    where
        K: Strong,
    {
        self.table.iter(Keyed::key)
    }

    /// Clones of the values of living keys; as [`iter`](Self::iter).
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
        "memo_core: the value in a weak map is its own key, which would keep it, and so itself, alive for ever: use a `WeakSet`, a \
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
