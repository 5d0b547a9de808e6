//! The common part of shared maps with weak keys: a node for each key, found by the key's identity.

use super::node::{Held, Mortal};
use super::table::{Lazy, Table};
use crate::reclaim::account;
use crate::sys::panics::Panics;
use crate::weak::key::{Strong, WeakKey};

/// A key, or a weak value, of a map for all threads: an `Arc<T>` of a `T: Send + Sync`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in a weak map for all threads",
    label = "not an `Arc` of a `Send + Sync + 'static` type",
    note = "for `Rc`s, and for objects that stay on one thread, use the maps in `memo_core::weak::unsync`"
)]
pub trait SharedKey: WeakKey<Weak: Send + Sync> + 'static {}
impl<K: WeakKey<Weak: Send + Sync> + ?Sized + 'static> SharedKey for K {}

/// What a map keeps for a key.
pub(super) trait Payload {
    /// Whether dropping it runs no user code.
    const QUIET: bool;
    /// Whether its own object is dead.
    fn is_dead(&self) -> bool;
}

/// A value that the map owns.
pub(super) struct Own<V>(pub(super) V);

impl<V> Payload for Own<V> {
    const QUIET: bool = !std::mem::needs_drop::<V>();
    fn is_dead(&self) -> bool {
        false
    }
}

/// An object that it does not keep alive.
pub(super) struct Weakly<V: WeakKey>(V::Weak);

impl<V: Strong> Weakly<V> {
    pub(super) fn new(value: &V) -> Self {
        Self(value.to_weak(None).1)
    }

    pub(super) fn get(&self) -> Option<V> {
        V::upgrade(&self.0)
    }
}

impl<V: WeakKey> Payload for Weakly<V> {
    const QUIET: bool = true;
    fn is_dead(&self) -> bool {
        V::is_dead(&self.0)
    }
}

pub(super) struct Keyed<K: WeakKey + ?Sized, P> {
    key: K::Weak,
    pub(super) payload: P,
}

impl<K: Strong, P> Keyed<K, P> {
    pub(super) fn key(&self) -> Option<K> {
        K::upgrade(&self.key)
    }
}

impl<K: WeakKey + ?Sized, P: Payload> Mortal for Keyed<K, P> {
    const QUIET: bool = P::QUIET;
    fn is_dead(&self) -> bool {
        K::is_dead(&self.key) || self.payload.is_dead()
    }
    fn is_asked_soon(&self) {
        K::is_asked_soon(&self.key);
    }
}

/// The table of a map with weak keys.
pub(super) struct KeyTable<K: SharedKey + ?Sized, P: Payload + Send + Sync + 'static>(Lazy<Keyed<K, P>>);

pub(super) type HeldKey<'t, K, P> = Held<'t, Keyed<K, P>>;

impl<K: SharedKey + ?Sized, P: Payload + Send + Sync + 'static> KeyTable<K, P> {
    pub(super) const fn new() -> Self {
        Self(Lazy::new())
    }

    #[inline(always)]
    pub(super) fn get(&self) -> Option<&Table<Keyed<K, P>>> {
        self.0.get()
    }

    /// The table, for a look-up.
    #[inline(always)]
    pub(super) fn look(&self) -> Option<&Table<Keyed<K, P>>> {
        let table = self.0.get();
        account::looked_up();
        table
    }

    /// What `key` has, held.
    #[inline]
    pub(super) fn hold(&self, key: &K) -> Option<HeldKey<'_, K, P>> {
        self.look()?.hold(key.identity()?)
    }

    #[inline]
    pub(super) fn contains(&self, key: &K) -> bool {
        // A node that is found is of this key; what is in it is not looked at.
        let identity = key.identity();
        self.look().zip(identity).is_some_and(|(table, identity)| table.look(identity, |_| Some(())).is_some())
    }

    /// What is put in for `key`, and where.
    fn content(&self, key: &K, payload: P) -> (&Table<Keyed<K, P>>, u64, Keyed<K, P>) {
        let table = self.0.make();
        let (identity, key) = key.to_weak(Some(&|| Table::told(table)));
        (table, identity, Keyed { key, payload })
    }

    /// Sets what `key` has: an entry that keeps so many bytes when it is dead. Returns what it had.
    pub(super) fn put(&self, key: &K, size: usize, payload: P) -> Option<HeldKey<'_, K, P>> {
        let (table, identity, content) = self.content(key, payload);
        let old = table.with(identity, |shard| match shard.first(identity) {
            Some(there) => Some(shard.replace(&there, size, content)),
            None => {
                shard.add(identity, size, content);
                None
            }
        });
        account::put_in_table();
        old
    }

    /// What `key` has; or what it gets, if that is nothing, or dead. `Some`: it had something, and this was not needed.
    pub(super) fn get_or_put(&self, key: &K, size: usize, payload: P) -> (HeldKey<'_, K, P>, Option<P>) {
        let (table, identity, content) = self.content(key, payload);
        let (held, old, unneeded) = table.with(identity, |shard| {
            let old = match shard.first(identity) {
                Some(there) if there.is_dead() => Some(shard.replace(&there, size, content)),
                Some(there) => return (there, None, Some(content)),
                None => {
                    shard.add(identity, size, content);
                    None
                }
            };
            (shard.first(identity).expect("just put in"), old, None)
        });
        drop(old);
        account::put_in_table();
        (held, unneeded.map(|content| content.payload))
    }

    /// Puts another payload in the place of what is held, and returns that. `Err`: that is no longer there, and this was not needed.
    pub(super) fn replace<'t>(
        &'t self,
        key: &K,
        size: usize,
        held: &HeldKey<'t, K, P>,
        payload: P,
    ) -> Result<HeldKey<'t, K, P>, P> {
        let (table, _, content) = self.content(key, payload);
        let old = table.with(held.hash(), |shard| match shard.is_in(held) {
            true => Ok(shard.replace(held, size, content)),
            // Not dropped under the lock.
            false => Err(content),
        });
        old.map_err(|content| content.payload)
    }

    /// Takes out what `key` has.
    pub(super) fn take(&self, key: &K) -> Option<HeldKey<'_, K, P>> {
        let identity = key.identity()?;
        self.get()?.with(identity, |shard| {
            let there = shard.first(identity)?;
            shard.take(&there)
        })
    }

    /// What `read` makes of all that is there, a part of the table after the other: each as it is when it is reached.
    pub(super) fn iter<'t, R: 't>(
        &'t self,
        read: impl FnMut(&Keyed<K, P>) -> Option<R> + 't,
    ) -> impl Iterator<Item = R> + 't {
        self.get().map(|table| table.iter(read)).into_iter().flatten()
    }

    /// Goes over all that is there, in the same way.
    pub(super) fn for_each(&self, mut each: impl FnMut(&Keyed<K, P>)) {
        self.retain(|content| {
            each(content);
            true
        });
    }

    /// Drops all that `keep` does not say.
    pub(super) fn retain(&self, keep: impl FnMut(&Keyed<K, P>) -> bool) {
        if let Some(table) = self.get() {
            table.retain(keep);
        }
    }

    pub(super) fn drop_those(&self, is: impl Fn(&Keyed<K, P>) -> bool) -> usize {
        let mut panics = Panics::default();
        let dropped = self.get().map_or(0, |table| table.drop_those(&mut panics, is));
        panics.resume();
        dropped
    }

    pub(super) fn living(&self) -> usize {
        self.get().map_or(0, Table::living)
    }

    pub(super) fn stored(&self) -> usize {
        self.get().map_or(0, Table::stored)
    }

    pub(super) fn capacity(&self) -> usize {
        self.get().map_or(0, Table::capacity)
    }

    pub(super) fn reserve(&self, more: usize) {
        self.0.make().reserve(more);
    }

    pub(super) fn shrink_to_fit(&self) {
        self.drop_those(Mortal::is_dead);
        self.get().into_iter().for_each(Table::shrink_to_fit);
    }
}
