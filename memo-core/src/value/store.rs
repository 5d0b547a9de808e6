//! The entries of one counted cell: one ([`single`](super::single)), or one for each extra key ([`table`](super::table)).
//!
//! An entry is counted. It holds its key and the [`Slot`] of its result, and is both the flight that computes the result
//! and the place where it is kept. Removing it from the store (`clear`, `forget`, eviction, another argument's death) detaches a running
//! flight without touching it: its waiters still get its result, and later callers start another flight (laws 2 and 11). The last holder
//! drops the value: a call that is copying it, or the call that removed it. A ready entry without extra key is published to hits that
//! neither lock nor count ([`hazard`](crate::sys::hazard)). The store's own count of it is released only through [`Taken`], which
//! leaves it to the readers that hold it.
//!
//! # Invariants
//!
//! 1. A store is touched only under its cell's lock, and no user code runs there: the user's keys are compared outside, on counted
//!    candidates with the same hash; if there is another one by then, an equal key may have been inserted meanwhile.
//! 2. An entry in the store becomes ready under that lock. So `ready` is the number of ready entries.
//! 3. No two entries of a store have the same key, as far as the user's `Eq` can be trusted.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::memo::cells::vtable::EntryId;
use crate::sys::arc::Arc;
use crate::sys::hazard::memory::RetiredMemory;
use crate::sys::hazard::protect::Published;
use crate::sys::hazard::retire::{self, HeldBy, ReadBy, Retired};
use crate::sys::index::Guess;
use crate::sys::panics::Panics;
use crate::value::entry::{Entry, Meta, Now, SeenKey};
use crate::value::slot::Slot;

/// An entry that was removed. Its value is dropped with it, or by the last reader that holds it.
pub(crate) struct Taken<St: Store> {
    entry: ManuallyDrop<Counted<St>>,
    /// Whether it had its value *when it was removed*: the value of a detached flight may come later, and counts as rejected.
    pub(crate) ready: bool,
    /// Whether it was published to hits.
    shown: bool,
    read_by: ReadBy,
}

impl<St: Store> Taken<St> {
    const DROPLESS: bool = !std::mem::needs_drop::<St::Value>() && !std::mem::needs_drop::<St::Key>();

    /// How hits hold an entry.
    const HELD: HeldBy = match (St::FRONTED, Self::DROPLESS) {
        (true, false) => HeldBy::Hazard,
        (true, true) => HeldBy::AnyHazard,
        (false, _) => HeldBy::FencedHazard,
    };

    /// Under the store's lock.
    pub(crate) fn now(entry: Counted<St>, shown: bool) -> Self {
        Self { ready: entry.slot.get().is_some(), shown, entry: ManuallyDrop::new(entry), read_by: ReadBy::All }
    }

    /// Records which threads' hits may hold it.
    pub(crate) fn read_by(mut self, read_by: ReadBy) -> Self {
        self.read_by = read_by;
        self
    }

    pub(crate) fn entry(&self) -> &Counted<St> {
        &self.entry
    }

    /// The count itself, if no hit can hold it: the object is dead, or borrowed by the caller alone.
    pub(crate) fn into_unseen(self) -> Counted<St> {
        self.entry.meta.set_unseen();
        self.into_counted()
    }

    fn into_counted(self) -> Counted<St> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not used again.
        unsafe { ManuallyDrop::take(&mut this.entry) }
    }

    /// The entry to be retired in a batch, if hits of any thread may hold it.
    pub(crate) fn into_retired(self) -> Result<Retired, Self> {
        if self.may_be_held() && self.read_by == ReadBy::All {
            Ok(Retired::new(self.into_counted(), Self::HELD))
        } else {
            Err(self)
        }
    }

    fn may_be_held(&self) -> bool {
        self.shown
    }
}

impl<St: Store> Drop for Taken<St> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: it is not used again.
        let entry = unsafe { ManuallyDrop::take(&mut self.entry) };
        if self.may_be_held() {
            if self.read_by == ReadBy::All && !retire::may_be_seen(Counted::<St>::as_ptr(&entry).addr()) {
                entry.meta.set_unseen();
                return drop(entry);
            }
            retire::retire(Retired::new(entry, Self::HELD), self.read_by);
        }
    }
}

/// Whether a key has a dead argument.
pub(crate) type IsDead<K> = fn(&K) -> bool;

/// Evicted entries: nearly always at most one, which needs no list.
pub(crate) struct Evicted<St: Store> {
    pub(crate) dead: Vec<Taken<St>>,
    pub(crate) victim: Option<Taken<St>>,
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

    pub(crate) fn each(&self, visit: &mut dyn FnMut(&Taken<St>)) {
        for taken in &self.dead {
            visit(taken);
        }
        if let Some(victim) = &self.victim {
            visit(victim);
        }
    }

    /// Drops all. The first panic of a destructor is resumed at the end.
    pub(crate) fn drop_all(self) {
        let mut panics = Panics::default();
        for taken in self.dead {
            panics.drop(taken);
        }
        panics.drop(self.victim);
        panics.resume();
    }
}

/// Where a store puts an entry.
#[derive(Clone, Copy)]
pub(crate) enum InsertInto {
    /// Where hits of all threads see it.
    Seen(SeenKey),
    /// Where hits see it, which are of this thread only.
    ThisThreads,
    /// Where only who has the lock sees it.
    Hidden,
}

pub(crate) type Counted<St> = Arc<Entry<<St as Store>::Meta, <St as Store>::Value>>;

pub(crate) fn new_entry<St: Store>(slot: Slot<St::Value>, key: St::Key, hash: u64) -> Counted<St> {
    Arc::new(Entry { slot, meta: Meta::new(key, hash) })
}

/// Makes one entry with two counts: for the call and for the store.
pub(crate) fn new_entries<St: Store>(slot: Slot<St::Value>, key: St::Key, hash: u64) -> (Counted<St>, Counted<St>) {
    Arc::pair(Entry { slot, meta: Meta::new(key, hash) })
}

/// How a counted cell holds its entries: the store behind a lock, and outside it a *front*, written under that lock.
pub(crate) trait Store: Default {
    type Key: 'static;
    type Meta: Meta<Key = Self::Key> + 'static;
    type Value: 'static;
    /// The part that hits read without the lock, if any.
    type Front: Default;
    /// The result of [`Store::drain`].
    type Drained: IntoIterator<Item = Taken<Self>>;
    /// Whether there is a front.
    const FRONTED: bool;

    /// What hits see.
    fn published(front: &Self::Front) -> Option<&Published<Entry<Self::Meta, Self::Value>>>;
    /// The first search for an entry of this hash, without the lock: `is` is asked about at most one, whose hash may be another's. It may
    /// be gone by now.
    ///
    /// # Safety
    /// As for [`look`](Self::look).
    unsafe fn guess(
        front: &Self::Front,
        hash: u64,
        is: impl FnOnce(&Entry<Self::Meta, Self::Value>) -> bool,
    ) -> Guess<NonNull<Entry<Self::Meta, Self::Value>>>;
    /// The entry of this hash that `is` accepts, without the lock. It may be gone by now.
    ///
    /// # Safety
    /// The caller is marked as looking, or the only thread that uses the store. `is` does not touch the value.
    unsafe fn look(
        front: &Self::Front,
        hash: u64,
        is: impl FnMut(&Entry<Self::Meta, Self::Value>) -> bool,
    ) -> Option<NonNull<Entry<Self::Meta, Self::Value>>>;
    /// The entry of this hash that `is` accepts, which runs no user code.
    fn find(&self, front: &Self::Front, hash: u64, is: &mut dyn FnMut(&Counted<Self>) -> bool)
    -> Option<Counted<Self>>;
    /// Whether an entry that was inserted has not been removed.
    fn has(&self, front: &Self::Front, entry: &Counted<Self>) -> bool;
    /// Inserts an entry. There must be none with its key.
    fn insert(&mut self, front: &Self::Front, entry: Counted<Self>, into: InsertInto);
    /// Removes the entry at this address.
    fn remove(&mut self, front: &Self::Front, id: EntryId) -> Option<Taken<Self>>;
    /// Records that this entry of the store has become ready.
    fn turned_ready(&mut self, front: &Self::Front, entry: &Counted<Self>);
    /// Moves entries beyond `capacity` to `evicted`: those that are over or have dead arguments, else one that was not hit lately. Never `newest`. `is_dead` is
    /// given if keys have weak arguments.
    fn evict(
        &mut self,
        front: &Self::Front,
        newest: EntryId,
        capacity: usize,
        is_dead: Option<IsDead<Self::Key>>,
        now: Now<Self::Meta>,
        evicted: &mut Evicted<Self>,
    );
    /// Whether an entry of this hash was evicted, and not long ago, from what there is now. It is told once.
    #[inline]
    fn was_evicted(&mut self, _hash: u64) -> bool {
        false
    }
    /// Removes all entries. Returns how many of them were ready, and the entries.
    fn drain(&mut self, front: &Self::Front) -> (usize, Self::Drained);
    /// How many entries are ready.
    fn ready(&self, front: &Self::Front) -> usize;
    /// Visits all entries.
    fn each(&self, front: &Self::Front, visit: &mut dyn FnMut(&Counted<Self>));
    /// Visits the last that came, so many at most. Without an extra key there is none to compare.
    fn lately(&self, _most: usize, _visit: &mut dyn FnMut(&Counted<Self>)) {}
    /// Visits some, and others the next time.
    fn some(&mut self, front: &Self::Front, visit: &mut dyn FnMut(&Counted<Self>));
    /// Memory that is no longer needed, and that readers may be inside.
    fn retired(&mut self) -> Option<Box<RetiredMemory>> {
        None
    }
}
