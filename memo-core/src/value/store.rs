//! The entries of one counted cell: one, or one for each extra key.
//!
//! An entry is counted, holds its key and the [`Slot`] of its result, and is both the flight that computes the result and
//! the place where it is kept: a replaceable pointer. Removal from the store (`clear`, `forget`, eviction, another
//! argument's death) detaches a running flight without touching it; its waiters still get its result, and later callers
//! start another (laws 2 and 11). The last holder drops the value: a call that is copying it, or the remover. A ready entry
//! without extra key is shown to hits that neither lock nor count ([`protect`](crate::sys::hazard::protect)): the store's
//! count of such an entry is released by [`Taken`] only, which retires it.
//!
//! # Invariants
//!
//! 1. A store is touched under its cell's lock only, and no user code runs there: user keys are compared outside, on
//!    counted candidates that share the hash; `version` tells whether an equal key may have been inserted meanwhile.
//! 2. An entry in the store turns ready under that lock. So `ready` is the number of ready entries.
//! 3. No two entries of a store have the same key, as far as the user's `Eq` can be trusted.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use hashbrown::HashTable;

use crate::memo::vtable::EntryId;
use crate::sys::arc::Arc;
use crate::sys::fence;
use crate::sys::hazard::protect::Front;
use crate::sys::hazard::retire::{self, Seen, Victim};
use crate::sys::panics::{drop_all, quietly};
use crate::sys::sync::panicking;
use crate::sys::sync::plain::{AtomicBool, Ordering};
use crate::value::slot::Slot;

/// One result, or the flight that computes it.
pub(crate) struct Entry<M, V> {
    pub(crate) slot: Slot<V>,
    pub(crate) meta: M,
}

/// A user's destructor must not panic while the thread is unwinding: that would abort the process (law 8). Entries may be dropped
/// then, since bodies, `Clone` and `Eq` panic.
impl<M, V> Drop for Entry<M, V> {
    #[inline]
    fn drop(&mut self) {
        if std::mem::needs_drop::<V>() && panicking() {
            quietly(|| drop(self.slot.take()));
        }
    }
}

/// An entry's data besides its result.
pub(crate) trait Meta {
    type Key;
    fn new(key: Self::Key, hash: u64) -> Self;
    fn key(&self) -> &Self::Key;
    fn hash(&self) -> u64;
    /// Records a hit.
    fn visit(&self);
}

/// For a memo without extra key.
pub(crate) struct Bare;

impl Meta for Bare {
    type Key = ();
    fn new((): (), _: u64) -> Self {
        Self
    }
    fn key(&self) -> &() {
        &()
    }
    fn hash(&self) -> u64 {
        0
    }
    #[inline(always)]
    fn visit(&self) {}
}

/// For a memo with an extra key.
pub(crate) struct Keyed<K> {
    hash: u64,
    /// Set by a hit, cleared by the clock's hand.
    visited: AtomicBool,
    key: ManuallyDrop<K>,
}

/// As for the entry.
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
        // Read first: a store would take the cache line from other threads at every hit.
        if !self.visited.load(Ordering::Relaxed) {
            self.visited.store(true, Ordering::Relaxed);
        }
    }
}

/// An entry that was taken out. Dropping it drops the value, or retires it if a reader holds it.
pub(crate) struct Taken<St: Store> {
    entry: ManuallyDrop<Counted<St>>,
    /// Whether it had its value *when it was taken out*: a flight that is detached may get one later, which counts as
    /// rejected, not as taken.
    pub(crate) ready: bool,
    /// Whether it was shown to hits.
    shown: bool,
    seen: Seen,
}

impl<St: Store> Taken<St> {
    const DROPLESS: bool = !std::mem::needs_drop::<St::Value>() && !std::mem::needs_drop::<St::Key>();

    /// To be called under the store's lock.
    fn now(entry: Counted<St>, shown: bool) -> Self {
        Self { ready: entry.slot.get().is_some(), shown, entry: ManuallyDrop::new(entry), seen: Seen::ByAll }
    }

    /// Records which threads' hits may hold it.
    pub(crate) fn seen(mut self, seen: Seen) -> Self {
        self.seen = seen;
        self
    }

    pub(crate) fn entry(&self) -> &Counted<St> {
        &self.entry
    }

    /// The count itself, if no hit can hold it: the object is dead, or exclusively borrowed.
    pub(crate) fn into_unseen(self) -> Counted<St> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again.
        unsafe { ManuallyDrop::take(&mut this.entry) }
    }

    /// A victim for a batch, if hits on any thread may hold it.
    pub(crate) fn into_victim(self) -> Result<Victim, Self> {
        if self.may_be_held() && self.seen == Seen::ByAll {
            Ok(Victim::new(self.into_unseen(), Self::DROPLESS))
        } else {
            Err(self)
        }
    }

    fn may_be_held(&self) -> bool {
        St::FRONTED && self.shown
    }
}

impl<St: Store> Drop for Taken<St> {
    fn drop(&mut self) {
        let held = self.may_be_held();
        // SAFETY: it is not used again.
        let entry = unsafe { ManuallyDrop::take(&mut self.entry) };
        if held {
            retire::let_go(Victim::new(entry, Self::DROPLESS), self.seen);
        }
    }
}

/// Whether a key has a dead argument.
pub(crate) type IsDead<K> = fn(&K) -> bool;

/// Evicted entries: nearly always at most one, which needs no list.
pub(crate) struct Evicted<St: Store> {
    dead: Vec<Counted<St>>,
    victim: Option<Counted<St>>,
}

impl<St: Store> Evicted<St> {
    #[inline]
    pub(crate) fn none() -> Self {
        Self { dead: Vec::new(), victim: None }
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.dead.len() + usize::from(self.victim.is_some())
    }

    pub(crate) fn each(&self, visit: impl FnMut(&Counted<St>)) {
        self.dead.iter().chain(&self.victim).for_each(visit);
    }

    /// Drops all; a destructor's first panic resumes at the end.
    pub(crate) fn drop_all(self) {
        if Taken::<St>::DROPLESS {
            return;
        }
        drop_all(self.dead.into_iter().chain(self.victim));
    }
}

pub(crate) type Counted<St> = Arc<Entry<<St as Store>::Meta, <St as Store>::Value>>;

/// How a counted cell holds its entries.
pub(crate) trait Store: Default {
    type Key: 'static;
    type Meta: Meta<Key = Self::Key> + 'static;
    type Value: 'static;
    /// The part that hits read without the lock. Written under it.
    type Front: Default;
    /// The result of [`Store::drain`].
    type Drained: IntoIterator<Item = Taken<Self>>;
    /// Whether there is such a part.
    const FRONTED: bool;

    /// What hits see.
    fn front(front: &Self::Front) -> &Front<Entry<Self::Meta, Self::Value>>;
    /// Calls `act` with the entry of this hash that `is` accepts. Neither runs user code.
    fn find<R>(
        &self,
        front: &Self::Front,
        hash: u64,
        is: impl FnMut(&Self::Key) -> bool,
        act: impl FnOnce(&Counted<Self>) -> R,
    ) -> Option<R>;
    /// Every entry with this hash.
    fn candidates(&self, front: &Self::Front, hash: u64, take: impl FnMut(&Counted<Self>));
    /// Inserts an entry. There is none with its key.
    fn insert(&mut self, front: &Self::Front, entry: Counted<Self>);
    /// Takes the entry at this address out.
    fn remove(&mut self, front: &Self::Front, id: EntryId) -> Option<Taken<Self>>;
    fn contains(&self, front: &Self::Front, id: EntryId) -> bool;
    /// Whether it is there and has its result.
    fn is_ready(&self, front: &Self::Front, id: EntryId) -> bool;
    /// How many entries `counts` accepts, in a store that may have several.
    fn count(&self, counts: impl Fn(&Counted<Self>) -> bool) -> usize;
    /// Records that this entry of the store has turned ready.
    fn turned_ready(&mut self, front: &Self::Front, entry: &Counted<Self>);
    /// Takes out what exceeds `capacity`: entries with dead arguments, else one that was not hit lately. Never `newest`. There is
    /// an `is_dead` if keys have weak arguments.
    fn evict(&mut self, newest: EntryId, capacity: usize, is_dead: Option<IsDead<Self::Key>>) -> Evicted<Self>;
    /// Takes all entries out.
    fn drain(&mut self, front: &Self::Front) -> Self::Drained;
    /// How many results are among them.
    fn count_ready(drained: &Self::Drained) -> u64;
    /// How many results there are.
    fn ready(&self, front: &Self::Front) -> usize;
    /// Counts insertions.
    fn version(&self) -> u64;
}

pub(crate) fn id_of<M: Meta, V>(entry: &Arc<Entry<M, V>>) -> EntryId {
    EntryId { address: Arc::as_ptr(entry) as usize, hash: entry.meta.hash() }
}

/// At most one entry. It lies in the front, with its count, whether it is ready or not.
pub struct Single<V>(PhantomData<fn(V) -> V>);

impl<V> Default for Single<V> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// The front of a [`Single`].
pub(crate) struct OneEntry<V>(Front<Entry<Bare, V>>);

impl<V> Default for OneEntry<V> {
    fn default() -> Self {
        Self(Front::default())
    }
}

impl<V> OneEntry<V> {
    fn get(&self) -> Option<ManuallyDrop<Arc<Entry<Bare, V>>>> {
        // SAFETY: the front's entry came from `into_raw`, with a count that is the front's own.
        self.0.get().map(|entry| ManuallyDrop::new(unsafe { Arc::from_raw(entry.as_ptr()) }))
    }

    /// The entry, and whether it was shown.
    fn take(&self) -> Option<(Arc<Entry<Bare, V>>, bool)> {
        let entry = self.get()?;
        let shown = self.0.shows();
        self.0.hide();
        Some((ManuallyDrop::into_inner(entry), shown))
    }
}

impl<V> Drop for OneEntry<V> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

fn pointer_to<M, V>(entry: &Arc<Entry<M, V>>) -> NonNull<Entry<M, V>> {
    NonNull::new(Arc::as_ptr(entry).cast_mut()).expect("an allocation is not null")
}

impl<V: 'static> Store for Single<V> {
    type Key = ();
    type Meta = Bare;
    type Value = V;
    type Front = OneEntry<V>;
    type Drained = Option<Taken<Self>>;
    const FRONTED: bool = true;

    #[inline(always)]
    fn front(front: &OneEntry<V>) -> &Front<Entry<Bare, V>> {
        &front.0
    }

    #[inline]
    fn find<R>(
        &self,
        front: &OneEntry<V>,
        _: u64,
        _: impl FnMut(&()) -> bool,
        act: impl FnOnce(&Counted<Self>) -> R,
    ) -> Option<R> {
        front.get().map(|entry| act(&entry))
    }

    fn candidates(&self, front: &OneEntry<V>, _: u64, mut take: impl FnMut(&Counted<Self>)) {
        if let Some(entry) = front.get() {
            take(&entry);
        }
    }

    fn insert(&mut self, front: &OneEntry<V>, entry: Counted<Self>) {
        debug_assert!(front.get().is_none());
        let at = pointer_to(&entry);
        // The front owns the count now.
        let entry = ManuallyDrop::new(entry);
        front.0.keep(at);
        if entry.slot.get().is_some() {
            self.turned_ready(front, &entry);
        }
    }

    fn remove(&mut self, front: &OneEntry<V>, id: EntryId) -> Option<Taken<Self>> {
        if self.contains(front, id) { self.drain(front) } else { None }
    }

    fn contains(&self, front: &OneEntry<V>, id: EntryId) -> bool {
        front.get().is_some_and(|entry| id_of(&entry) == id)
    }

    fn is_ready(&self, front: &OneEntry<V>, id: EntryId) -> bool {
        front.get().is_some_and(|entry| id_of(&entry) == id && entry.slot.get().is_some())
    }

    fn count(&self, _: impl Fn(&Counted<Self>) -> bool) -> usize {
        unreachable!("without a key nothing is asked of it")
    }

    fn turned_ready(&mut self, front: &OneEntry<V>, entry: &Counted<Self>) {
        // Otherwise hits find it under the lock.
        if fence::can_hold() {
            front.0.show(pointer_to(entry));
        }
    }

    #[inline(always)]
    fn evict(&mut self, _: EntryId, _: usize, _: Option<IsDead<()>>) -> Evicted<Self> {
        Evicted::none()
    }

    fn drain(&mut self, front: &OneEntry<V>) -> Option<Taken<Self>> {
        front.take().map(|(entry, shown)| Taken::now(entry, shown))
    }

    fn count_ready(drained: &Option<Taken<Self>>) -> u64 {
        drained.as_ref().map_or(0, |taken| u64::from(taken.ready))
    }

    fn ready(&self, front: &OneEntry<V>) -> usize {
        usize::from(front.get().is_some_and(|entry| entry.slot.get().is_some()))
    }

    /// All calls have the same trusted key here: nobody compares outside the lock.
    fn version(&self) -> u64 {
        0
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
    /// Evictions since the list was searched for dead arguments.
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
            // A flight is not a result yet: it counts as rejected when it ends.
            if entry.slot.get().is_some() && is_dead(&entry.meta.key) {
                dead.push(self.take(at));
            } else {
                at += 1;
            }
        }
        dead
    }
}

impl<K: 'static, V: 'static> Store for Table<K, V> {
    type Key = K;
    type Meta = Keyed<K>;
    type Value = V;
    type Front = ();
    type Drained = Vec<Taken<Self>>;
    const FRONTED: bool = false;

    fn front((): &()) -> &Front<Entry<Keyed<K>, V>> {
        unreachable!("not fronted")
    }

    #[inline]
    fn find<R>(
        &self,
        (): &(),
        hash: u64,
        mut is: impl FnMut(&K) -> bool,
        act: impl FnOnce(&Counted<Self>) -> R,
    ) -> Option<R> {
        // For a few, a scan is faster than a probe.
        if self.entries.len() <= FEW {
            for entry in &self.entries {
                if entry.meta.hash == hash && is(&entry.meta.key) {
                    return Some(act(entry));
                }
            }
            return None;
        }
        let found = self.index.find(hash, |&at| {
            let meta = &self.entries[at as usize].meta;
            meta.hash == hash && is(&meta.key)
        });
        found.map(|&at| act(&self.entries[at as usize]))
    }

    fn candidates(&self, (): &(), hash: u64, mut take: impl FnMut(&Counted<Self>)) {
        for &at in self.index.iter_hash(hash) {
            let entry = &self.entries[at as usize];
            if entry.meta.hash == hash {
                take(entry);
            }
        }
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

    fn contains(&self, (): &(), id: EntryId) -> bool {
        self.position(id).is_some()
    }

    fn is_ready(&self, (): &(), id: EntryId) -> bool {
        self.position(id).is_some_and(|at| self.entries[at].slot.get().is_some())
    }

    fn count(&self, counts: impl Fn(&Counted<Self>) -> bool) -> usize {
        self.entries.iter().filter(|entry| counts(entry)).count()
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

    fn drain(&mut self, (): &()) -> Vec<Taken<Self>> {
        let version = self.version;
        let drained = std::mem::take(self);
        self.version = version;
        drained.entries.into_iter().map(|entry| Taken::now(entry, false)).collect()
    }

    fn count_ready(drained: &Vec<Taken<Self>>) -> u64 {
        drained.iter().filter(|taken| taken.ready).count() as u64
    }

    fn ready(&self, (): &()) -> usize {
        self.ready
    }

    fn version(&self) -> u64 {
        self.version
    }
}

impl<K: 'static, V: 'static> Table<K, V> {
    /// Takes the victim out and moves the newest to its place, behind the hand: so the list stays in the order of arrival,
    /// as the clock requires.
    fn take_in_order(&mut self, at: usize) -> Counted<Self> {
        let victim = self.take(at);
        self.hand = at + 1;
        victim
    }
}
