//! Counted cells: those that can be reached not only through their object.
//!
//! `clear` enumerates the cells of memos that return by value, and an entry is reached from its further weak arguments.
//! Such a cell is counted, and outlives its object while a call works on it. Its entries are taken out under its
//! lock, once each, and dropped with no lock held.

use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use crate::anchor::anchor::Anchor;
use crate::anchor::any_cell::{self, AnyCell, CellRef};
use crate::argument::key::{KeySet, StoredKey, show_whole};
use crate::argument::scope::{Scope, Shared};
use crate::cell::detached_flights;
use crate::cell::entry_links::{Linked, forgets, is_dead, unlink};
use crate::cell::racers::{Race, Racers};
use crate::memo::all_memos;
use crate::memo::cells::head::CellHead;
use crate::memo::cells::listed::Listing;
use crate::memo::cells::vtable::{CellVtable, EntryId, SharedVtable};
use crate::memo::core::{Core, Where};
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::listeners::Why;
use crate::sys::arc::{Arc, Content};
use crate::sys::fence;
use crate::sys::hazard::memory::{self, RetiredMemory};
use crate::sys::hazard::protect::Published;
use crate::sys::hazard::retire::{Batch, ReadBy};
use crate::sys::index::Guess;
use crate::sys::panics::{Panics, drop_all, quietly};
use crate::sys::sync::plain::{Mutex, MutexGuard};
use crate::sys::sync::unpoisoned;
use crate::value::entry::{Entry, Meta, Now, SeenKey, id_of};
use crate::value::store::{Counted, Evicted, InsertInto, IsDead, Store, Taken};
use crate::value::timing::Timing;

#[repr(C)]
pub(crate) struct CountedCell<S, St: Store> {
    head: CellHead,
    listing: Listing,
    /// The calls that compute beside the store.
    racers: Racers,
    store: Mutex<St>,
    /// What hits read without the lock.
    front: St::Front,
    scope: PhantomData<fn(S) -> S>,
}

// SAFETY: all threads reach the cells of a shared object through its anchor, which is `Sync`. They read the head, which does not change once it
// is published, and what is atomic or under the lock; keys of shared memos are for all threads (the promise of `StoredKey<Shared>`).
unsafe impl<St: Store<Key: StoredKey<Shared>, Value: Send + Sync>> Sync for CountedCell<Shared, St> {}

/// A store whose lock is held. Memory that it no longer needs goes after that.
struct Locked<'a, St: Store> {
    store: ManuallyDrop<MutexGuard<'a, St>>,
    local: bool,
}

impl<St: Store> Deref for Locked<'_, St> {
    type Target = St;

    #[inline]
    fn deref(&self) -> &St {
        &self.store
    }
}

impl<St: Store> DerefMut for Locked<'_, St> {
    #[inline]
    fn deref_mut(&mut self) -> &mut St {
        &mut self.store
    }
}

impl<St: Store> Drop for Locked<'_, St> {
    #[inline(always)]
    fn drop(&mut self) {
        let retired = self.store.retired();
        // SAFETY: it is not used again.
        unsafe { ManuallyDrop::drop(&mut self.store) };
        if let Some(retired) = retired {
            free(*retired, self.local);
        }
    }
}

#[cold]
#[inline(never)]
fn free(retired: RetiredMemory, local: bool) {
    if local {
        // SAFETY: only this thread reads the store, and it is not reading now.
        unsafe { retired.free() };
    } else {
        memory::let_go(retired);
    }
}

impl<S, St: Store> Content for CountedCell<S, St> {}

/// Entries of one hash. Nearly always one: two keys with the same 64-bit hash are rare, and the second costs an allocation.
struct Compared<St: Store> {
    first: Option<Counted<St>>,
    others: Vec<Counted<St>>,
    /// The one whose key was sought.
    found: Option<Counted<St>>,
}

impl<St: Store> Compared<St> {
    /// The one whose key was sought. The others may have been taken out meanwhile: if the destructor of one panics, this one must not leak,
    /// as a value does that is being returned.
    fn found(self) -> Option<Counted<St>> {
        let Self { first, others, found } = self;
        drop(first);
        drop(others);
        found
    }

    fn iter(&self) -> impl Iterator<Item = &Counted<St>> {
        self.first.iter().chain(&self.others)
    }

    fn has(&self, entry: &Counted<St>) -> bool {
        self.iter().any(|other| id_of(other) == id_of(entry))
    }
}

/// Whether keys may be compared under a lock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Their `Eq` is this crate's.
    Trusted,
    /// Their `Eq` is the user's, and runs with no lock held.
    Users,
}

impl Keys {
    pub(crate) const fn of<S: Scope, K: KeySet<S>>() -> Self {
        if K::TRUSTED { Self::Trusted } else { Self::Users }
    }
}

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Whether dropping an entry runs no user code.
    const QUIET: bool =
        !mem::needs_drop::<St::Value>() && (!mem::needs_drop::<St::Key>() || <St::Key as StoredKey<S>>::DROPS_OURS);

    const VTABLE: CellVtable = CellVtable {
        release: any_cell::release::<Self>,
        end: <Self as AnyCell>::end,
        ready: any_cell::ready::<Self>,
        living: any_cell::living::<Self>,
        entries: any_cell::entries::<Self>,
        inert: St::FRONTED && !mem::needs_drop::<St::Value>(),
        is_quiet: |_| Self::QUIET,
        stays: false,
        shared: Some(SharedVtable {
            quiet: Self::QUIET,
            // SAFETY: the vtable is that of this type, and the caller's cell is alive.
            is_ready: |cell, entry| unsafe { any_cell::cast::<Self>(cell) }.is_ready(entry),
            retain: any_cell::retain_counted::<Self>,
            // SAFETY: the vtable is that of this type, and the caller's cell is alive.
            remove: |cell, entry, why| unsafe { any_cell::cast::<Self>(cell) }.remove(entry, why),
            // SAFETY: as above.
            listing: |cell| NonNull::from(&unsafe { any_cell::cast::<Self>(cell) }.listing),
            // SAFETY: as above.
            remove_gone: |cell, panics| unsafe { any_cell::cast::<Self>(cell) }.remove_all_gone(panics),
            // SAFETY: as above.
            empty: |cell, why, batch, panics| unsafe { any_cell::cast::<Self>(cell) }.empty(why, batch, panics),
            expire: if Self::EXPIRES {
                // SAFETY: as above.
                Some(|cell, all, batch, panics| unsafe { any_cell::cast::<Self>(cell) }.expire_some(all, batch, panics))
            } else {
                None
            },
        }),
    };

    /// The cell of `core` on `anchor`.
    #[inline(always)]
    pub(crate) fn find<'w>(anchor: &'w Anchor, core: &'static Core) -> Option<&'w Self> {
        // The heads of counted cells are never vacant, so the shorter search finds them.
        match anchor.cells().find_filled(core) {
            // SAFETY: a memo's cells are of one type, and the anchor is borrowed for `'w`.
            Some(cell) => Some(unsafe { any_cell::cast::<Self>(cell) }),
            None => None,
        }
    }

    /// The same, unless there are many.
    #[inline(always)]
    pub(crate) fn find_near<'w>(anchor: &'w Anchor, core: &'static Core) -> Guess<&'w Self> {
        // SAFETY: as in `find`.
        anchor.cells().walk_to_filled(core).map(|cell| unsafe { any_cell::cast::<Self>(cell) })
    }

    /// The cell of `core` on `anchor`, made on first use.
    pub(crate) fn find_or_add<'w>(anchor: &'w Anchor, core: &'static Core, place: Where) -> &'w Self {
        match Self::find(anchor, core) {
            Some(cell) => cell,
            None => Self::add_cell(anchor, core, place, None).unwrap_or_else(|there| there),
        }
    }

    /// Adds a cell that has its first entry from the start, which saves a lock. `Err`: another cell came first.
    ///
    /// The entry has no further weak arguments.
    pub(crate) fn add_cell<'w>(
        anchor: &'w Anchor,
        core: &'static Core,
        place: Where,
        first: Option<Counted<St>>,
    ) -> Result<&'w Self, &'w Self> {
        NewCell::make(core, place, first).publish(anchor)
    }

    #[inline(always)]
    fn lock(&self) -> Locked<'_, St> {
        Locked { store: ManuallyDrop::new(unpoisoned(self.store.lock())), local: S::LOCAL }
    }

    /// Whether results expire.
    const EXPIRES: bool = <<St::Meta as Meta>::Timing as Timing>::EXPIRES;

    /// The time. The clock may be the user's: it is asked with no lock held.
    #[inline(always)]
    pub(crate) fn now() -> Now<St::Meta> {
        <St::Meta as Meta>::Timing::now()
    }

    /// Looks for dead arguments, where keys have any.
    const IS_DEAD: Option<IsDead<St::Key>> =
        if <St::Key as StoredKey<S>>::PEERS { Some(is_dead::<S, St::Key>) } else { None };

    /// Which threads' hits may hold an entry of this cell.
    const READ_BY: ReadBy = if S::LOCAL { ReadBy::ThisThread } else { ReadBy::All };

    /// Whether a call needs its entry after it is published: the audit asks for its weak arguments.
    const USED_LATER: bool = <St::Key as StoredKey<S>>::PEERS;

    /// Whether hits may compare keys while they are looking: then a key that is dropped late goes unnoticed.
    pub(crate) const COMPARED: bool = <St::Key as StoredKey<S>>::DROPS_OURS;

    /// Who is to see an entry that is inserted.
    fn place_of(entry: &Counted<St>) -> InsertInto {
        if S::LOCAL {
            InsertInto::ThisThreads
        } else if fence::is_refused() {
            InsertInto::Hidden
        } else if Self::COMPARED {
            InsertInto::Seen(SeenKey::Compared { keeps: entry.meta.key().keeps() })
        } else {
            InsertInto::Seen(SeenKey::Unseen)
        }
    }

    pub(crate) fn core(&self) -> &'static Core {
        self.head.memo()
    }

    /// What hits read without the lock.
    #[inline(always)]
    pub(crate) fn front(&self) -> &St::Front {
        &self.front
    }

    /// The entry that hits may copy without the lock, where the store publishes one.
    #[inline(always)]
    pub(crate) fn published(&self) -> Option<&Published<Entry<St::Meta, St::Value>>> {
        St::published(&self.front)
    }

    /// Calls `act` with the entry whose key `is` accepts, under the lock. Neither runs user code.
    #[inline]
    fn with_entry<R>(
        &self,
        hash: u64,
        mut is: impl FnMut(&St::Key) -> bool,
        act: impl FnOnce(&Counted<St>) -> R,
    ) -> Option<R> {
        self.lock().find(&self.front, hash, |entry| is(entry.meta.key()), act)
    }

    /// Whether the entry at this address is there and has its result.
    fn is_ready(&self, id: EntryId) -> bool {
        let there = |entry: &Counted<St>| id_of(entry) == id && entry.slot.get().is_some();
        self.lock().find(&self.front, id.hash, there, |_| ()).is_some()
    }

    /// Whether this very entry, which was put into it, is in the store.
    fn has(&self, store: &St, entry: &Counted<St>) -> bool {
        store.has(&self.front, entry)
    }

    /// The entry whose key `is` accepts.
    #[inline]
    pub(crate) fn seek(&self, hash: u64, keys: Keys, is: impl FnMut(&St::Key) -> bool) -> Option<Counted<St>> {
        match keys {
            Keys::Trusted => self.with_entry(hash, is, Counted::<St>::clone),
            Keys::Users => self.seek_outside(hash, |_| true, is).found(),
        }
    }

    /// The same, if it is ready by now and not over: one that turns ready later may have been asked to go before.
    pub(crate) fn seek_ready(&self, hash: u64, keys: Keys, is: impl FnMut(&St::Key) -> bool) -> Option<Counted<St>> {
        let now = Self::now();
        let is_ready = |entry: &Counted<St>| entry.get(now).is_some();
        match keys {
            Keys::Trusted => self.with_entry(hash, is, |entry| is_ready(entry).then(|| entry.clone()))?,
            Keys::Users => self.seek_outside(hash, is_ready, is).found(),
        }
    }

    /// The entry whose key `is` accepts, among those that `counts` accepts, and all that were there with this hash. `is` runs outside
    /// the lock.
    fn seek_outside(
        &self,
        hash: u64,
        counts: impl Fn(&Counted<St>) -> bool,
        mut is: impl FnMut(&St::Key) -> bool,
    ) -> Compared<St> {
        let mut compared = Compared { first: None, others: Vec::new(), found: None };
        let mut collect = |entry: &Counted<St>| {
            match &compared.first {
                _ if !counts(entry) => {}
                None => compared.first = Some(entry.clone()),
                Some(_) => compared.others.push(entry.clone()),
            }
            false
        };
        let _none = self.lock().find(&self.front, hash, &mut collect, |_| ());
        let found = compared.iter().find(|entry: &&Counted<St>| is(entry.meta.key())).cloned();
        Compared { found, ..compared }
    }

    /// Calls `act` under the lock, with the store and the entry whose key `is` accepts, in one step. The user's `Eq` runs outside the lock,
    /// and again if an entry of this hash was inserted or that one taken out meanwhile.
    ///
    /// So where `act` takes the entry out it holds a count of it, and where it leaves it there the store does. Entries of other keys with
    /// this hash may be dropped after it: no panic of theirs comes out, since the work is done.
    fn with_key<R>(
        &self,
        hash: u64,
        keys: Keys,
        mut is: impl FnMut(&St::Key) -> bool,
        act: impl FnOnce(&mut St, Option<&Counted<St>>) -> R,
    ) -> R {
        loop {
            // Dropped after unlocking: of an entry that was taken out meanwhile it may be the last count.
            let (mut there, seen) = match keys {
                Keys::Trusted => (None, None),
                Keys::Users => {
                    let mut compared = self.seek_outside(hash, |_| true, &mut is);
                    (compared.found.take(), Some(compared))
                }
            };
            let mut store = self.lock();
            match &seen {
                Some(compared)
                    if there.is_none()
                        && store.find(&self.front, hash, |entry| !compared.has(entry), |_| ()).is_some() =>
                {
                    continue;
                }
                Some(_) if there.as_ref().is_some_and(|there| !self.has(&store, there)) => continue,
                Some(_) => {}
                None => there = store.find(&self.front, hash, |entry| is(entry.meta.key()), Counted::<St>::clone),
            }
            let done = act(&mut store, there.as_ref());
            drop(store);
            if let Some(seen) = seen {
                quietly(|| drop(seen));
            }
            return done;
        }
    }

    /// Puts an entry in unless its key is there: then that one comes back.
    pub(crate) fn add(&self, entry: &Counted<St>, keys: Keys) -> Result<(), Counted<St>> {
        self.add_unless_overtaken(entry, keys, None).map(|_| ())
    }

    /// The same for a new entry whose key may be compared under the lock. `stored` is a second count of it, for the store.
    #[inline]
    pub(crate) fn add_new(&self, entry: &Counted<St>, stored: Counted<St>) -> Result<(), Counted<St>> {
        let linked = self.link(entry);
        let mut store = self.lock();
        let is = |there: &Counted<St>| there.meta.key().same(entry.meta.key());
        match store.find(&self.front, entry.meta.hash(), is, Counted::<St>::clone) {
            Some(theirs) => {
                drop(store);
                Err(theirs)
            }
            None => {
                store.insert(&self.front, stored, Self::place_of(entry));
                drop(store);
                linked.stay();
                Ok(())
            }
        }
    }

    /// The same, and unless `race` was overtaken: then `false`.
    fn add_unless_overtaken(
        &self,
        entry: &Counted<St>,
        keys: Keys,
        race: Option<&Race<'_>>,
    ) -> Result<bool, Counted<St>> {
        let linked = self.link(entry);
        let (hash, is) = (entry.meta.hash(), |key: &St::Key| key.same(entry.meta.key()));
        let added = self.with_key(hash, keys, is, |store, there| match there {
            Some(there) => Err(there.clone()),
            // Under the lock of the insertion: a later request finds the entry.
            None if race.is_some_and(|race| race.is_overtaken(self.forgets(entry))) => Ok(false),
            None => {
                store.insert(&self.front, entry.clone(), Self::place_of(entry));
                Ok(true)
            }
        })?;
        if added {
            linked.stay();
        }
        Ok(added)
    }

    /// Puts an entry in, in place of the one with its key, if there is one: at no moment is there neither.
    pub(crate) fn replace(&self, entry: &Counted<St>, keys: Keys) -> Option<Taken<St>> {
        let linked = self.link(entry);
        let (hash, is) = (entry.meta.hash(), |key: &St::Key| key.same(entry.meta.key()));
        let taken = self.with_key(hash, keys, is, |store, there| {
            let taken = there.and_then(|there| store.remove(&self.front, id_of(there)));
            if taken.is_some() {
                self.racers.overtake(Some(hash));
            }
            store.insert(&self.front, entry.clone(), Self::place_of(entry));
            taken
        });
        linked.stay();
        let taken = self.gone(taken)?;
        if taken.ready {
            counters::count(self.core(), Count::Replaced, 1);
        }
        Some(taken)
    }

    /// Takes out the entry whose key `is` accepts, at a request of the user's. In the same step racers for that key are overtaken, whether
    /// there is an entry or not.
    pub(crate) fn take_key(&self, hash: u64, keys: Keys, is: impl FnMut(&St::Key) -> bool) -> Option<Taken<St>> {
        let taken = self.with_key(hash, keys, is, |store, there| {
            self.racers.overtake(Some(hash));
            there.and_then(|there| store.remove(&self.front, id_of(there)))
        });
        self.gone(taken)
    }

    /// Unlinks what was taken out of an object that may be alive.
    fn gone(&self, taken: Option<Taken<St>>) -> Option<Taken<St>> {
        let taken = taken?.read_by(Self::READ_BY);
        Self::note_detached(&taken);
        unlink::<S, St>(taken.entry());
        Some(taken)
    }

    /// Notes a racer for a key of this hash.
    pub(crate) fn race(&self, hash: u64) -> Race<'_> {
        let _store = self.lock();
        self.racers.add(hash)
    }

    /// How often the weak arguments of an entry were asked to forget, which is nothing to a result that is lent: that stays.
    pub(crate) fn forgets(&self, entry: &Counted<St>) -> u32 {
        if self.core().site().lends { 0 } else { forgets::<S, St::Key>(entry.meta.key()) }
    }

    fn note_detached(taken: &Taken<St>) {
        if !taken.ready {
            detached_flights::began();
        }
    }

    /// Identifies this cell in frames.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Publishes the value of a flight whose entry is in the store. `false`: it was detached, the value is for its waiters.
    /// The evicted entries go to `victims`, to be dropped when the caller has counted.
    ///
    /// What is lent has to be stored, so there the value comes back where the flight was [`overtake`](Self::overtake)n.
    ///
    /// If nobody waits for the flight, its `entry` is left to the store: the caller has it no longer.
    pub(crate) fn publish(
        &self,
        entry: &mut Option<Counted<St>>,
        value: St::Value,
        now: Now<St::Meta>,
        victims: &mut Evicted<St>,
    ) -> Result<bool, St::Value> {
        let mine = entry.take().expect("a flight has its entry");
        let mut store = self.lock();
        if self.has(&store, &mine) {
            let id = id_of(&mine);
            // Others get at the entry through the store, whose lock is held, or through pointers of their own.
            let alone = Arc::is_one_of_two(&mine);
            mine.slot.fill_where(value, !alone);
            store.turned_ready(&self.front, &mine);
            if alone && !Self::USED_LATER && !self.core().site().lends {
                // SAFETY: the other pointer is the store's, whose lock is held.
                unsafe { Arc::leave(mine) };
            } else {
                *entry = Some(mine);
            }
            store.evict(&self.front, id, self.core().site().capacity, Self::IS_DEAD, now, victims);
            return Ok(true);
        }
        let entry = entry.insert(mine);
        detached_flights::ended();
        if self.core().site().lends {
            return Err(value);
        }
        entry.slot.fill(value);
        Ok(false)
    }

    /// Takes out the entry of a flight that is suspended on this thread, for a computation that was faster.
    pub(crate) fn overtake(&self, entry: &Counted<St>) {
        let taken = {
            let mut store = self.lock();
            if entry.slot.get().is_some() { None } else { store.remove(&self.front, id_of(entry)) }
        };
        drop(self.gone(taken));
    }

    /// Puts a ready entry in, unless another came first (that one comes back) or its key was asked to go since the race began
    /// (`false`).
    pub(crate) fn publish_racer(
        &self,
        entry: &Counted<St>,
        keys: Keys,
        race: &Race<'_>,
        now: Now<St::Meta>,
        victims: &mut Evicted<St>,
    ) -> Result<bool, Counted<St>> {
        if !self.add_unless_overtaken(entry, keys, Some(race))? {
            return Ok(false);
        }
        // A body may end an argument that it took by value, before the entry was there to be taken out.
        if is_dead::<S, St::Key>(entry.meta.key()) {
            let taken = self.lock().remove(&self.front, id_of(entry));
            if self.gone(taken).is_some() {
                return Ok(false);
            }
        }
        self.make_room(entry, now, victims);
        Ok(true)
    }

    /// Puts in an entry that is about to be filled, unless another is there (that one comes back) or its key was asked to go since the race
    /// began (`false`).
    pub(crate) fn add_racing(&self, entry: &Counted<St>, keys: Keys, race: &Race<'_>) -> Result<bool, Counted<St>> {
        let added = self.add_unless_overtaken(entry, keys, Some(race))?;
        // As for `publish_racer`.
        if added && is_dead::<S, St::Key>(entry.meta.key()) {
            self.overtake(entry);
        }
        Ok(added)
    }

    /// Whether the key was asked to go since the race for this entry began.
    pub(crate) fn is_overtaken(&self, entry: &Counted<St>, race: &Race<'_>) -> bool {
        let _store = self.lock();
        race.is_overtaken(self.forgets(entry))
    }

    /// Evicts what is too much after `entry` came.
    pub(crate) fn make_room(&self, entry: &Counted<St>, now: Now<St::Meta>, victims: &mut Evicted<St>) {
        let capacity = self.core().site().capacity;
        self.lock().evict(&self.front, id_of(entry), capacity, Self::IS_DEAD, now, victims);
    }

    /// Puts a ready entry in, in place of the `old` one with its key, whose result has served its time. As
    /// [`publish_racer`](Self::publish_racer) if that one is there no longer.
    pub(crate) fn publish_renewed(
        &self,
        entry: &Counted<St>,
        old: &Counted<St>,
        keys: Keys,
        race: &Race<'_>,
        now: Now<St::Meta>,
        victims: &mut Evicted<St>,
    ) -> Result<(bool, Option<Taken<St>>), Counted<St>> {
        let linked = self.link(entry);
        let (hash, is) = (entry.meta.hash(), |key: &St::Key| key.same(entry.meta.key()));
        let (added, taken) = self.with_key(hash, keys, is, |store, there| match there {
            Some(there) if id_of(there) != id_of(old) => Err(there.clone()),
            _ if race.is_overtaken(self.forgets(entry)) => Ok((false, None)),
            there => {
                let taken = there.and_then(|there| store.remove(&self.front, id_of(there)));
                store.insert(&self.front, entry.clone(), Self::place_of(entry));
                Ok((true, taken))
            }
        })?;
        if added {
            linked.stay();
            self.make_room(entry, now, victims);
        }
        let taken = self.gone(taken);
        if taken.is_some() {
            counters::count(self.core(), Count::Replaced, 1);
        }
        Ok((added, taken))
    }

    /// Takes out an entry that is over, unless it is out by now.
    #[cold]
    #[inline(never)]
    pub(crate) fn expire(&self, entry: &Counted<St>) {
        self.remove(id_of(entry), Count::Expired.into());
    }

    /// Takes out the entries that are over, of all or of the next few. Those that hits may hold go to `batch`.
    fn expire_some(&self, all: bool, batch: &mut Batch, panics: &mut Panics) -> usize {
        let mut found = Vec::new();
        panics.run(|| {
            let now = Self::now();
            let mut is_over = |entry: &Counted<St>| {
                if entry.slot.get().is_some() && entry.meta.timing().is_over(now) {
                    // Counted: another could come to lie at its address meanwhile.
                    found.push(entry.clone());
                }
            };
            let mut store = self.lock();
            if all { store.each(&self.front, &mut is_over) } else { store.some(&self.front, &mut is_over) }
        });
        let mut expired = 0;
        let why = Why::from(Count::Expired);
        for entry in found {
            let taken = self.lock().remove(&self.front, id_of(&entry));
            // If another has taken it out, this may be the last count.
            panics.run(|| drop(entry));
            let Some(taken) = taken.map(|taken| taken.read_by(Self::READ_BY)) else { continue };
            unlink::<S, St>(taken.entry());
            expired += 1;
            counters::count(self.core(), Count::Expired, 1);
            if self.core().tells(why) {
                tell::<St>(self.core(), why, taken.entry(), panics);
            }
            match taken.into_retired() {
                Ok(retired) => batch.add(retired, panics),
                Err(taken) => {
                    panics.run(|| drop(taken));
                }
            }
        }
        expired
    }

    /// Counts, unlinks, tells of and drops evicted entries. The first panic of a destructor comes out when all are gone.
    #[inline(always)]
    pub(crate) fn drop_evicted(&self, victims: Evicted<St>, now: Now<St::Meta>) {
        // Without a key nothing is ever evicted.
        if St::FRONTED {
            return;
        }
        if Self::EXPIRES || !victims.dead.is_empty() || self.core().is_listened() {
            return self.tell_and_drop_evicted(victims, now);
        }
        if let Evicted { victim: Some(victim), .. } = victims {
            counters::count(self.core(), Count::Evicted, 1);
            unlink::<S, St>(victim.entry());
            drop(victim);
        }
    }

    /// Counts those of the evicted entries that were over, and returns how many they are.
    #[inline]
    fn expired(&self, victims: &Evicted<St>, now: Now<St::Meta>) -> u64 {
        let mut expired = 0;
        if Self::EXPIRES {
            victims.each(|victim| expired += u64::from(victim.entry().meta.timing().is_over(now)));
            counters::count(self.core(), Count::Expired, expired);
        }
        expired
    }

    #[cold]
    #[inline(never)]
    fn tell_and_drop_evicted(&self, victims: Evicted<St>, now: Now<St::Meta>) {
        if victims.len() == 0 {
            return;
        }
        let expired = self.expired(&victims, now);
        counters::count(self.core(), Count::Evicted, victims.len() as u64 - expired);
        victims.each(|victim| unlink::<S, St>(victim.entry()));
        if !self.core().is_listened() {
            return victims.drop_all();
        }
        let mut panics = Panics::default();
        let why = |entry: &Counted<St>| match entry.meta.timing().is_over(now) {
            true => Count::Expired,
            false => Count::Evicted,
        };
        victims.each(|victim| tell::<St>(self.core(), why(victim.entry()).into(), victim.entry(), &mut panics));
        panics.run(|| victims.drop_all());
        panics.resume();
    }

    /// Takes the entry of a flight that ended without a value out.
    pub(crate) fn withdraw(&self, entry: &Counted<St>) {
        // No request: the end of this flight overtakes no racer.
        let taken = self.lock().remove(&self.front, id_of(entry));
        if taken.is_some() {
            unlink::<S, St>(entry);
        } else {
            detached_flights::ended();
        }
        drop(taken);
    }

    /// Whether a call would find the result of an entry. Runs no user code.
    fn is_living(&self, entry: &Counted<St>, now: Now<St::Meta>) -> bool {
        let is_dead = Self::IS_DEAD.is_some_and(|is_dead| is_dead(entry.meta.key()));
        entry.get(now).is_some_and(|value| !is_dead && !self.core().is_gone(value))
    }

    /// Takes one entry out because its value is gone by itself.
    pub(crate) fn remove_gone(&self, entry: &Counted<St>) {
        self.remove(id_of(entry), Count::Dropped.into());
    }

    /// Takes all such entries out.
    fn remove_all_gone(&self, panics: &mut Panics) {
        let mut gone = Vec::new();
        self.lock().each(&self.front, |entry| {
            if entry.slot.get().is_some_and(|value| self.core().is_gone(value)) {
                gone.push(entry.clone());
            }
        });
        for entry in gone {
            panics.run(|| self.remove_gone(&entry));
            // This may be the last count.
            panics.run(|| drop(entry));
        }
    }

    /// Takes one entry out because an argument of it died.
    fn remove(&self, id: EntryId, why: Why) -> bool {
        let taken = self.lock().remove(&self.front, id);
        let Some(taken) = taken.map(|taken| taken.read_by(Self::READ_BY)) else { return false };
        Self::note_detached(&taken);
        unlink::<S, St>(taken.entry());
        let ready = taken.ready;
        if ready {
            counters::count(self.core(), why.count, 1);
        }
        tell_and_drop(self.core(), why, taken);
        ready
    }

    /// The pointer this cell was made with: that of `&self` may not reach the count in front of it.
    fn raw(&self) -> NonNull<CellHead> {
        let address = std::ptr::from_ref(self).addr();
        NonNull::new(std::ptr::with_exposed_provenance_mut(address)).expect("a reference is not null")
    }

    /// Links an entry from its weak arguments.
    fn link<'e>(&self, entry: &'e Counted<St>) -> Linked<'e, S, St> {
        // SAFETY: this cell is borrowed, and counted.
        Linked::link(entry, || unsafe { CellRef::retain(self.raw()) })
    }
}

/// A cell that is on no anchor yet. If it is listed, `clear` finds it already.
struct NewCell<S, St> {
    cell: NonNull<CellHead>,
    core: &'static Core,
    first: Option<EntryId>,
    of: PhantomData<(S, St)>,
}

impl<S: Scope, St> NewCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    fn make(core: &'static Core, place: Where, first: Option<Counted<St>>) -> Self {
        if !core.has_cells() {
            all_memos::register(core);
            core.set_cells(const { &CountedCell::<S, St>::VTABLE }, place);
        }
        let (mut store, front) = (St::default(), St::Front::default());
        let id = first.as_ref().map(id_of);
        if let Some(first) = first {
            debug_assert!(!<St::Key as StoredKey<S>>::PEERS);
            let place = CountedCell::<S, St>::place_of(&first);
            store.insert(&front, first, place);
        }
        let cell = CountedCell::<S, St>::into_raw(Arc::new(CountedCell {
            head: CellHead::new(core),
            listing: Listing::new(),
            racers: Racers::new(),
            store: Mutex::new(store),
            front,
            scope: PhantomData,
        }));
        // For `clear`. Cells of a thread's own table are found by walking it.
        let is_walked = S::LOCAL && place.tabled;
        if !core.site().lends && !is_walked {
            any_cell::enlist(cell, core);
        }
        Self { cell, core, first: id, of: PhantomData }
    }

    fn publish(self, anchor: &Anchor) -> Result<&CountedCell<S, St>, &CountedCell<S, St>> {
        let Err(there) = anchor.cells().add(self.cell) else {
            // SAFETY: a memo's cells are of one type, and the anchor is borrowed.
            return Ok(unsafe { any_cell::cast(self.cell) });
        };
        any_cell::delist(self.cell, self.core);
        // SAFETY: not published: still this call's.
        let this: &CountedCell<S, St> = unsafe { any_cell::cast(self.cell) };
        let first = self.first.map(|first| this.lock().remove(&this.front, first));
        // A clear meanwhile took it out as that of a flight, which ends here.
        if let Some(None) = first {
            detached_flights::ended();
        }
        drop(first);
        // SAFETY: as above.
        unsafe { any_cell::release::<CountedCell<S, St>>(self.cell) };
        // SAFETY: as for the new one.
        Err(unsafe { any_cell::cast(there) })
    }
}

// SAFETY: `repr(C)`, the head first.
unsafe impl<S: Scope, St> AnyCell for CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    type Handle = Arc<Self>;

    fn into_raw(handle: Arc<Self>) -> NonNull<CellHead> {
        let raw = Arc::into_raw(handle).cast_mut().cast::<CellHead>();
        raw.expose_provenance();
        NonNull::new(raw).expect("an allocation is not null")
    }

    unsafe fn from_raw(cell: NonNull<CellHead>) -> Arc<Self> {
        // SAFETY: the caller's.
        unsafe { Arc::from_raw(cell.cast::<Self>().as_ptr()) }
    }

    unsafe fn end(cell: NonNull<CellHead>, why: Why) -> usize {
        // SAFETY: the caller's; the count stays the anchor's.
        let mut counted = ManuallyDrop::new(unsafe { Self::from_raw(cell) });
        let entries = match Arc::get_mut(&mut counted) {
            // It is on no list, so no other call can reach it.
            Some(this) => {
                let store = unpoisoned(this.store.get_mut());
                let drained = store.drain(&this.front);
                // SAFETY: nobody else has the cell.
                store.retired().into_iter().for_each(|retired| unsafe { retired.free() });
                drained
            }
            None => counted.drain(),
        };
        let (this, mut panics) = (&**counted, Panics::default());
        // The object is dead, or borrowed by the caller alone: no hit holds an entry.
        let told = this.core().tells(why);
        let ready = this.end_each(entries, why.count, |taken| {
            if told && taken.ready {
                tell::<St>(this.core(), why, taken.entry(), &mut panics);
            }
            drop_entry::<St>(taken.into_unseen(), &mut panics);
        });
        panics.resume();
        ready
    }

    fn ready(&self) -> usize {
        self.lock().ready(&self.front)
    }

    fn living(&self) -> usize {
        let now = Self::now();
        let store = self.lock();
        match Self::IS_DEAD {
            None if !Self::EXPIRES && !self.core().has_weak_values() => store.ready(&self.front),
            _ => store.count(&self.front, |entry| self.is_living(entry, now)),
        }
    }

    fn entries(&self) -> Vec<String> {
        let (mut living, now) = (Vec::new(), Self::now());
        self.lock().each(&self.front, |entry| {
            if self.is_living(entry, now) {
                living.push(entry.clone());
            }
        });
        let shown = living.iter().map(|entry| show_whole::<S, St::Key>(entry.meta.key())).collect();
        // These may be the last counts.
        drop_all(living);
        shown
    }
}

impl<S: Scope, St> CountedCell<S, St>
where
    St: Store + 'static,
    St::Key: StoredKey<S>,
{
    /// Takes out all entries of an object that may be alive. Those that hits may hold go to `batch`.
    fn empty(&self, why: Why, batch: &mut Batch, panics: &mut Panics) -> usize {
        let told = self.core().tells(why);
        self.end_each(self.drain(), why.count, |taken| {
            if told && taken.ready {
                tell::<St>(self.core(), why, taken.entry(), panics);
            }
            match taken.read_by(Self::READ_BY).into_retired() {
                Ok(retired) => batch.add(retired, panics),
                Err(taken) => {
                    panics.run(|| drop(taken));
                }
            }
        })
    }

    /// Takes out all entries, at a request.
    fn drain(&self) -> (usize, St::Drained) {
        let mut store = self.lock();
        self.racers.overtake(None);
        store.drain(&self.front)
    }

    /// Unlinks and counts what was taken out.
    fn end_each(&self, (ready, entries): (usize, St::Drained), why: Count, mut each: impl FnMut(Taken<St>)) -> usize {
        // Counted before any of them is dropped: a destructor may look.
        if ready > 0 {
            counters::count(self.core(), why, ready as u64);
        }
        for taken in entries {
            Self::note_detached(&taken);
            unlink::<S, St>(taken.entry());
            each(taken);
        }
        ready
    }
}

/// Tells who listens that an entry, which was ready when it was taken out, has gone.
#[cold]
#[inline(never)]
fn tell<St: Store>(core: &'static Core, why: Why, entry: &Counted<St>, panics: &mut Panics) {
    core.tell(why, entry.slot.get().expect("it was ready"), panics);
}

/// Tells who listens that an entry has gone, and drops it. The first panic comes out at the end.
pub(crate) fn tell_and_drop<St: Store>(core: &'static Core, why: Why, taken: Taken<St>) {
    if !(taken.ready && core.tells(why)) {
        drop(taken);
        return;
    }
    let mut panics = Panics::default();
    tell::<St>(core, why, taken.entry(), &mut panics);
    panics.run(|| drop(taken));
    panics.resume();
}

/// Drops an entry, and catches a panic of a user's destructor.
fn drop_entry<St: Store>(entry: Counted<St>, panics: &mut Panics) {
    if mem::needs_drop::<St::Value>() || mem::needs_drop::<St::Key>() {
        panics.run(|| drop(entry));
    }
}

#[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
mod tests {
    use super::*;
    use crate::memo::site::Site;
    use crate::value::single::Single;
    use crate::value::slot::Slot;
    use crate::value::store::new_entries;

    const INSIDE: Where = Where { local: false, tabled: false };

    /// A clear finds a cell before it is on its anchor, where then another is.
    #[test]
    fn a_flight_that_was_cleared_in_a_cell_that_came_second_has_ended() {
        static CORE: Core = Core::new(Site::built_in("cleared"));
        let anchor = Anchor::new();
        let in_progress = detached_flights::now();
        let (entry, stored) = new_entries::<Single<u32>>(Slot::claimed(1), (), 0);
        let second = NewCell::<Shared, Single<u32>>::make(&CORE, INSIDE, Some(stored));
        crate::inspect::handle::clear(&CORE);
        assert_eq!(detached_flights::now(), in_progress + 1);
        let first = CountedCell::<Shared, Single<u32>>::find_or_add(&anchor, &CORE, INSIDE);
        let Err(found) = second.publish(&anchor) else { panic!("another came first") };
        assert!(std::ptr::eq(found, first));
        assert_eq!(detached_flights::now(), in_progress);
        entry.slot.end(crate::value::slot::NoValue::Panicked);

        // Without a clear it has not been taken for one that was.
        let (entry, stored) = new_entries::<Single<u32>>(Slot::claimed(1), (), 0);
        assert!(NewCell::<Shared, Single<u32>>::make(&CORE, INSIDE, Some(stored)).publish(&anchor).is_err());
        assert_eq!(detached_flights::now(), in_progress);
        entry.slot.end(crate::value::slot::NoValue::Panicked);
    }

    /// Another thread's late hit seems to hold an entry at the address of one that is this thread's own: it is not asked about it.
    #[test]
    fn a_withdrawn_flight_of_a_local_memo_is_dropped_by_its_own_thread() {
        use crate::argument::key::StoredKey;
        use crate::argument::scope::Local;
        use crate::sys::hazard::registry::{READERS, Reader};
        use crate::sys::hazard::retire::domain;
        use crate::value::table::Table;
        use std::rc::Rc;
        struct K(Rc<std::thread::ThreadId>);
        impl Drop for K {
            fn drop(&mut self) {
                assert_eq!(*self.0, std::thread::current().id(), "the key of a local memo, dropped by another thread");
            }
        }
        // SAFETY: not for `Shared`.
        unsafe impl StoredKey<Local> for K {
            fn same(&self, _: &Self) -> bool {
                true
            }
            fn show(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                Ok(())
            }
        }
        static CORE: Core = Core::new(Site::built_in("withdrawn"));
        let anchor = Anchor::new();
        let _mine = crate::sys::hazard::own::reader();
        let cell =
            CountedCell::<Local, Table<K, u32>>::find_or_add(&anchor, &CORE, Where { local: true, tabled: false });
        let late: &'static Reader = Box::leak(Box::new(Reader::new()));
        // SAFETY: leaked.
        unsafe { READERS.add(late) };
        let key = K(Rc::new(std::thread::current().id()));
        let entry = crate::value::store::new_entry::<Table<K, u32>>(Slot::claimed(1), key, 7);
        assert!(cell.add(&entry, Keys::Trusted).is_ok());
        let address = Arc::as_ptr(&entry).addr();
        // Between `hold`'s look and its `HazardGuard`: its own entry is gone and freed, and this one lies there now.
        late.cloning().set(address);
        cell.withdraw(&entry);
        entry.slot.end(crate::value::slot::NoValue::Rejected);
        drop(entry);
        let wanted = late.is_wanted();
        let theirs = std::thread::spawn(move || {
            late.cloning().free();
            if late.is_wanted() {
                domain().reclaim_own(late, address);
            }
        });
        assert!(theirs.join().is_ok(), "dropped by the other thread");
        assert!(!wanted, "another thread was asked about it");
    }
}
