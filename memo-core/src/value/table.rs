//! The entries of a memo with an extra key, and their eviction.

use std::mem::ManuallyDrop;

use hashbrown::HashTable;

use crate::memo::cells::vtable::EntryId;
use crate::sys::arc::Arc;
use crate::sys::hazard::protect::Published;
use crate::sys::panics::quietly;
use crate::sys::sync::panicking;
use crate::sys::sync::plain::{AtomicBool, Ordering};
use crate::value::entry::{Entry, Meta, id_of};
use crate::value::store::{Counted, Evicted, IsDead, Store, Taken};

/// What a [`Table`] stores about an entry.
pub(crate) struct Keyed<K> {
    hash: u64,
    /// Set by a hit, cleared by the clock's hand.
    visited: AtomicBool,
    key: ManuallyDrop<K>,
}

/// As for [`Entry`].
impl<K> Drop for Keyed<K> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: it is not used again.
        let mut end = || unsafe { ManuallyDrop::drop(&mut self.key) };
        if std::mem::needs_drop::<K>() && panicking() {
            quietly(end);
        } else {
            end();
        }
    }
}

impl<K> Meta for Keyed<K> {
    type Key = K;
    fn new(key: K, hash: u64) -> Self {
        Self { hash, visited: AtomicBool::new(false), key: ManuallyDrop::new(key) }
    }
    fn key(&self) -> &K {
        &self.key
    }
    fn hash(&self) -> u64 {
        self.hash
    }
    #[inline(always)]
    fn visit(&self) {
        // Read first: a store at every hit would take the cache line from the other threads.
        if !self.visited.load(Ordering::Relaxed) {
            self.visited.store(true, Ordering::Relaxed);
        }
    }
}

/// Up to this many entries are searched one by one.
const FEW: usize = 4;

/// One entry for each extra key: an index over a dense list, which the hand of a clock walks.
pub struct Table<K, V> {
    index: HashTable<u32>,
    entries: Vec<Arc<Entry<Keyed<K>, V>>>,
    ready: usize,
    hand: usize,
    version: u64,
    /// Evictions since the list was last searched for dead arguments.
    since_search: usize,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { index: HashTable::new(), entries: Vec::new(), ready: 0, hand: 0, version: 0, since_search: usize::MAX }
    }
}

impl<K: 'static, V: 'static> Table<K, V> {
    fn position(&self, id: EntryId) -> Option<usize> {
        self.index
            .find(id.hash, |&at| Arc::as_ptr(&self.entries[at as usize]) as usize == id.address)
            .map(|&at| at as usize)
    }

    fn take(&mut self, at: usize) -> Counted<Self> {
        let hash = self.entries[at].meta.hash;
        self.index.find_entry(hash, |&other| other as usize == at).expect("every entry is indexed").remove();
        let entry = self.entries.swap_remove(at);
        if let Some(moved) = self.entries.get(at) {
            let was = self.entries.len();
            let slot = self.index.find_mut(moved.meta.hash, |&other| other as usize == was);
            *slot.expect("every entry is indexed") = at as u32;
        }
        if entry.slot.get().is_some() {
            self.ready -= 1;
        }
        if self.entries.len() < self.entries.capacity() / 4 {
            let room = self.entries.len() * 2;
            self.entries.shrink_to(room);
            self.index.shrink_to(room, |&at| self.entries[at as usize].meta.hash);
        }
        entry
    }

    /// The entry to evict: ready, not the newest, and not hit since the hand last passed.
    fn victim(&mut self, newest: EntryId) -> Option<usize> {
        // Two rounds: the first clears all marks.
        for _ in 0..2 * self.entries.len() {
            if self.hand >= self.entries.len() {
                self.hand = 0;
            }
            let at = self.hand;
            let entry = &self.entries[at];
            let fixed = entry.slot.get().is_none() || id_of(entry) == newest;
            if !fixed && !entry.meta.visited.swap(false, Ordering::Relaxed) {
                return Some(at);
            }
            self.hand += 1;
        }
        None
    }

    /// Entries with a dead argument are evicted before any other. A search costs the whole list, so a large one is
    /// searched again only after a share of it was evicted.
    fn take_dead(&mut self, is_dead: IsDead<K>) -> Vec<Counted<Self>> {
        self.since_search = self.since_search.saturating_add(1);
        if self.since_search < self.entries.len() / 16 {
            return Vec::new();
        }
        self.since_search = 0;
        let mut dead = Vec::new();
        let mut at = 0;
        while at < self.entries.len() {
            let entry = &self.entries[at];
            // A flight has no result yet: it counts as rejected when it ends.
            if entry.slot.get().is_some() && is_dead(&entry.meta.key) {
                dead.push(self.take(at));
            } else {
                at += 1;
            }
        }
        dead
    }

    /// Removes the victim and moves the newest to its place, behind the hand. So the list stays in the order of arrival,
    /// as the clock requires.
    fn take_in_order(&mut self, at: usize) -> Counted<Self> {
        let victim = self.take(at);
        self.hand = at + 1;
        victim
    }
}

impl<K: 'static, V: 'static> Store for Table<K, V> {
    type Key = K;
    type Meta = Keyed<K>;
    type Value = V;
    type Front = ();
    type Drained = Vec<Taken<Self>>;
    const FRONTED: bool = false;

    #[inline(always)]
    fn published((): &()) -> Option<&Published<Entry<Keyed<K>, V>>> {
        None
    }

    #[inline]
    fn find<R>(
        &self,
        (): &(),
        hash: u64,
        mut is: impl FnMut(&Counted<Self>) -> bool,
        act: impl FnOnce(&Counted<Self>) -> R,
    ) -> Option<R> {
        // For a few, a scan is faster than a probe.
        let mut is = |entry: &Counted<Self>| entry.meta.hash == hash && is(entry);
        if self.entries.len() <= FEW {
            return self.entries.iter().find(|entry| is(entry)).map(act);
        }
        let found = self.index.find(hash, |&at| is(&self.entries[at as usize]));
        found.map(|&at| act(&self.entries[at as usize]))
    }

    fn insert(&mut self, (): &(), entry: Counted<Self>) {
        let at = u32::try_from(self.entries.len()).expect("fewer than 2^32 entries under an owner");
        let hash = entry.meta.hash;
        if entry.slot.get().is_some() {
            self.ready += 1;
        }
        self.entries.push(entry);
        self.index.insert_unique(hash, at, |&at| self.entries[at as usize].meta.hash);
        self.version += 1;
    }

    fn remove(&mut self, (): &(), id: EntryId) -> Option<Taken<Self>> {
        self.position(id).map(|at| Taken::now(self.take(at), false))
    }

    fn turned_ready(&mut self, (): &(), _: &Counted<Self>) {
        self.ready += 1;
    }

    fn evict(&mut self, newest: EntryId, capacity: usize, is_dead: Option<IsDead<K>>) -> Evicted<Self> {
        if self.ready <= capacity {
            return Evicted::none();
        }
        let dead = is_dead.map_or(Vec::new(), |is_dead| self.take_dead(is_dead));
        let victim = if self.ready > capacity { self.victim(newest) } else { None };
        Evicted { dead, victim: victim.map(|at| self.take_in_order(at)) }
    }

    fn drain(&mut self, (): &()) -> (usize, Vec<Taken<Self>>) {
        let version = self.version;
        let drained = std::mem::take(self);
        self.version = version;
        (drained.ready, drained.entries.into_iter().map(|entry| Taken::now(entry, false)).collect())
    }

    fn ready(&self, (): &()) -> usize {
        self.ready
    }

    fn count(&self, (): &(), counts: impl Fn(&Counted<Self>) -> bool) -> usize {
        self.entries.iter().filter(|entry| counts(entry)).count()
    }

    fn each(&self, (): &(), visit: impl FnMut(&Counted<Self>)) {
        self.entries.iter().for_each(visit);
    }

    fn version(&self) -> u64 {
        self.version
    }
}
