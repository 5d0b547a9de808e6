//! A map for all threads that does not keep its values alive.

use std::cell::RefCell;
use std::fmt;
use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, Equivalent};

use super::hash_table::HashTable;
use super::key_table::SharedKey;
use super::node::Mortal;
use super::table::Table;
use crate::reclaim::account;
use crate::sys::panics::{OnItsWay, Panics, drop_quietly};
use crate::weak::key::Strong;
use crate::weak::lazy_hasher::LazyHasher;

/// A map from keys to objects that does not keep the objects alive, shared by all threads and changed through `&`.
///
/// Keys are owned, and compared by `Hash` and `Eq`. Values are `Arc<T>` of any `T`, held weakly: an entry exists as long as the value has
/// another owner. From the moment the last strong handle is dropped, the entry is never seen. A look-up takes no lock, and no user code,
/// including `Hash` and `Eq`, ever runs under a lock. The entry of a dead value, with its key, is dropped by [`sweep`](Self::sweep) and
/// [`memo_core::sweep`](crate::sweep()), a little by insertions, and by every few thousandth look-up or call of a memo.
///
/// For one living object per *equal* value, use [`Interner`](crate::weak::Interner).
///
/// # Examples
///
/// ```
/// use memo_core::weak::WeakValueMap;
/// use std::sync::Arc;
///
/// let textures = WeakValueMap::new();
/// let grass = textures.get_or_insert_with("grass.png".to_owned(), || Arc::new([7_u8; 64]));
/// assert!(Arc::ptr_eq(&textures.get("grass.png").unwrap(), &grass));
///
/// drop(grass); // the last owner
/// assert!(textures.get("grass.png").is_none());
/// ```
pub struct WeakValueMap<K: Send + Sync + 'static, V: SharedKey + Strong, S = DefaultHashBuilder> {
    table: HashTable<Valued<K, V>>,
    hasher: LazyHasher<S>,
}

/// Of several with one key one at most is alive: an entry may take the place of any dead one of its hash.
struct Valued<K, V: Strong> {
    key: K,
    value: V::Weak,
}

impl<K, V: Strong> Mortal for Valued<K, V> {
    const QUIET: bool = !std::mem::needs_drop::<K>();
    fn is_dead(&self) -> bool {
        V::is_dead(&self.value)
    }
    fn is_asked_soon(&self) {
        V::is_asked_soon(&self.value);
    }
}

impl<K: Send + Sync + 'static, V: SharedKey + Strong> WeakValueMap<K, V> {
    /// Creates an empty map. Allocates nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: HashTable::new(), hasher: LazyHasher::new(DefaultHashBuilder::default) }
    }
}

impl<K: Send + Sync + 'static, V: SharedKey + Strong, S> WeakValueMap<K, V, S> {
    /// Creates an empty map with the given hasher for its keys.
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { table: HashTable::new(), hasher: LazyHasher::of(hasher) }
    }

    /// Returns the hasher of the keys.
    #[must_use]
    pub fn hasher(&self) -> &S {
        self.hasher.get()
    }

    /// Keeps the entries of living values for which `keep` returns `true`, and drops all others. Time: O(stored).
    ///
    /// No lock is held while `keep` runs.
    ///
    /// # Panics
    ///
    /// If `keep` panics: the remaining entries stay. If the destructor of a key panics, once all are dropped.
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) {
        let Some(table) = self.table.get() else { return };
        table.retain(|there| V::upgrade(&there.value).is_some_and(|value| keep(&there.key, &value)));
    }

    fn each<'t, R: 't>(&'t self, read: impl FnMut(&Valued<K, V>) -> Option<R> + 't) -> impl Iterator<Item = R> + 't {
        self.table.get().map(|table| table.iter(read)).into_iter().flatten()
    }

    fn drop_those(&self, is: impl Fn(&Valued<K, V>) -> bool) -> usize {
        let mut panics = Panics::default();
        let dropped = self.table.get().map_or(0, |table| table.drop_those(&mut panics, is));
        panics.resume();
        dropped
    }

    /// Drops the entries of dead values, and returns how many there were. Time: O(stored).
    ///
    /// # Panics
    ///
    /// If the destructor of a key panics, once all are dropped.
    pub fn sweep(&self) -> usize {
        self.drop_those(Mortal::is_dead)
    }

    /// Drops all entries, and returns how many there were, including those of dead values.
    ///
    /// # Panics
    ///
    /// If the destructor of a key panics, once all are dropped.
    pub fn clear(&self) -> usize {
        self.drop_those(|_| true)
    }

    /// Returns the number of living values. Time: O(stored).
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.get().map_or(0, Table::living)
    }

    /// Returns `true` if no value is alive. Time: O(stored).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of entries, including those of dead values. Time: O(1).
    #[must_use]
    pub fn stored_len(&self) -> usize {
        self.table.get().map_or(0, Table::stored)
    }

    /// Returns the approximate number of entries that there is room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.table.get().map_or(0, Table::capacity)
    }

    /// Makes room for `additional` more entries.
    ///
    /// # Panics
    ///
    /// If the new capacity does not fit in memory.
    pub fn reserve(&self, additional: usize) {
        self.table.make().reserve(additional);
    }

    /// Drops the entries of dead values, and frees unused capacity.
    pub fn shrink_to_fit(&self) {
        self.sweep();
        self.table.get().into_iter().for_each(Table::shrink_to_fit);
    }

    /// Iterates over the living values and clones of their keys, as [`WeakKeyMap::iter`](super::WeakKeyMap::iter) does.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)>
    where
        K: Clone,
    {
        self.each(|there| Some((there.key.clone(), V::upgrade(&there.value)?)))
    }

    /// Iterates over clones of the keys of living values.
    pub fn keys(&self) -> impl Iterator<Item = K>
    where
        K: Clone,
    {
        self.each(|there| (!there.is_dead()).then(|| there.key.clone()))
    }

    /// Iterates over the living values.
    pub fn values(&self) -> impl Iterator<Item = V> {
        self.each(|there| V::upgrade(&there.value))
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: SharedKey + Strong, S: BuildHasher> WeakValueMap<K, V, S> {
    /// Returns the value of `key` if it is alive. Time: O(1), without a lock.
    #[inline]
    pub fn get<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        let hash = self.hasher().hash_one(key);
        // A dead one of this key may be there beside a living one.
        self.table.find(hash, |there| if is_living(there, key) { V::upgrade(&there.value) } else { None })
    }

    /// Returns whether the value of `key` is alive. Time: O(1), without a lock.
    pub fn contains_key<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        let hash = self.hasher().hash_one(key);
        self.table.find(hash, |there| is_living(there, key).then_some(())).is_some()
    }

    /// Sets the value of `key`, and returns the previous one if that is alive. Time: O(1) amortised.
    ///
    /// `key` replaces an equal key, which is dropped. The call may drop some keys of dead values; their panics are swallowed.
    pub fn insert(&self, key: K, value: &V) -> Option<V> {
        let hash = self.hasher().hash_one(&key);
        let new = RefCell::new(Some(Valued { key, value: value.to_weak(None).1 }));
        let old = self.table.change(
            hash,
            |there| (!there.is_dead() && is_key_of(&new, there)).then_some(()),
            |shard, all, there| {
                let new = new.take().expect("put in once");
                match there.map(|(there, ())| there).or_else(|| all.iter().find(|there| there.is_dead())) {
                    Some(there) => Some(shard.replace(there, value.pinned(), new)),
                    None => {
                        shard.add(hash, value.pinned(), new);
                        None
                    }
                }
            },
        );
        account::put_in_table();
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
    ///
    /// If several threads make a value, all return the first that was inserted. No lock is held while `make` runs.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> V {
        if let Some(value) = self.get(&key) {
            return OnItsWay::new(value).past((key, make));
        }
        let value = OnItsWay::new(make());
        let hash = self.hasher().hash_one(&key);
        let new = RefCell::new(Some(Valued { key, value: value.to_weak(None).1 }));
        let (there, replaced) = self.table.change(
            hash,
            |there| if is_key_of(&new, there) { V::upgrade(&there.value) } else { None },
            |shard, all, there| {
                if let Some((_, living)) = there {
                    return (Some(living), None);
                }
                let new = new.take().expect("put in once");
                match all.iter().find(|there| there.is_dead()) {
                    Some(dead) => (None, Some(shard.replace(dead, value.pinned(), new))),
                    None => {
                        shard.add(hash, value.pinned(), new);
                        (None, None)
                    }
                }
            },
        );
        drop_quietly(replaced);
        account::put_in_table();
        match there {
            Some(there) => {
                let there = OnItsWay::new(there).past(new);
                OnItsWay::new(there).past(value.arrive())
            }
            None => value.arrive(),
        }
    }

    /// As [`get_or_insert_with`](Self::get_or_insert_with), with a borrowed key: an owned key is made only if there is no living value.
    pub fn get_or_insert_with_ref<'q, Q>(&self, key: &'q Q, make: impl FnOnce() -> V) -> V
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
    pub fn remove<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        self.table.get()?;
        let hash = self.hasher().hash_one(key);
        let out = self.table.change(
            hash,
            |there| is_living(there, key).then_some(()),
            |shard, _, there| shard.take(there?.0),
        );
        out?.read(|there| V::upgrade(&there.value))
    }
}

/// Whether it is an entry of this key, with a living value.
fn is_living<Q: ?Sized + Equivalent<K>, K, V: Strong>(there: &Valued<K, V>, key: &Q) -> bool {
    !there.is_dead() && key.equivalent(&there.key)
}

/// Whether what is about to be put in has the key of what is there.
fn is_key_of<K: Eq, V: Strong>(new: &RefCell<Option<Valued<K, V>>>, there: &Valued<K, V>) -> bool {
    new.borrow().as_ref().is_some_and(|new| new.key == there.key)
}

impl<K: Send + Sync + 'static, V: SharedKey + Strong, S: Default> Default for WeakValueMap<K, V, S> {
    fn default() -> Self {
        Self::with_hasher(S::default())
    }
}

impl<K, V, S> fmt::Debug for WeakValueMap<K, V, S>
where
    K: Send + Sync + 'static + fmt::Debug,
    V: SharedKey + Strong + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        if let Some(table) = self.table.get() {
            table.retain(|there| {
                if let Some(value) = V::upgrade(&there.value) {
                    map.entry(&there.key, &value);
                }
                true
            });
        }
        map.finish()
    }
}

/// Clones the living entries.
impl<K, V, S> Clone for WeakValueMap<K, V, S>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: SharedKey + Strong,
    S: BuildHasher + Clone,
{
    fn clone(&self) -> Self {
        let map = Self::with_hasher(self.hasher().clone());
        (&map).extend(self.iter());
        map
    }
}

impl<K, V, S> Extend<(K, V)> for WeakValueMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: SharedKey + Strong,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        (&*self).extend(entries);
    }
}

impl<K, V, S> Extend<(K, V)> for &WeakValueMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: SharedKey + Strong,
    S: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, &value);
        }
    }
}

/// Values without another owner are dead at once.
impl<K, V, S> FromIterator<(K, V)> for WeakValueMap<K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: SharedKey + Strong,
    S: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let map = Self::default();
        (&map).extend(entries);
        map
    }
}

/// Serializes the living entries.
#[cfg(feature = "serde")]
impl<K, V, S> serde::Serialize for WeakValueMap<K, V, S>
where
    K: Send + Sync + 'static + serde::Serialize,
    V: SharedKey + Strong + serde::Serialize,
{
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        let mut done = Ok(());
        if let Some(table) = self.table.get() {
            table.retain(|there| {
                if let (Ok(()), Some(value)) = (&done, V::upgrade(&there.value)) {
                    done = map.serialize_entry(&there.key, &value);
                }
                true
            });
        }
        done?;
        map.end()
    }
}
