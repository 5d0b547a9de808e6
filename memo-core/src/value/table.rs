//! The entries of a memo with an extra key, and their eviction.
//!
//! # Invariants
//!
//! 1. An entry of the table is in the queue and in one index, and the table has a count of it.
//! 2. Hits read the front without a lock while they are marked as looking. What they find there may be out of the table by
//!    now: it is marked as *gone* before it leaves, and its memory, hash and compared key stay until all have left
//!    ([`Content`](crate::sys::arc::Content)).
//! 3. Where readers cannot be waited for (the kernel refused the fence), new entries go into an index that hits do not read.
//! 4. The indexes do not know the types: they lead to the beginnings of entries ([`Indexed`]), all of which are of the table's type.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::memo::cells::vtable::EntryId;
use crate::sys::arc::Arc;
use crate::sys::hazard::memory::RetiredMemory;
use crate::sys::hazard::protect::Published;
use crate::sys::hazard::retire::ReadBy;
use crate::sys::index::{Compact, CompactWriter, Guess};
use crate::sys::panics::Panics;
use crate::sys::sync::plain::AtomicBool;
use crate::value::entry::{Entry, Meta};
use crate::value::keyed::{Indexed, Keyed};
use crate::value::queue::{Links, Queue, Queued};
use crate::value::store::{Counted, Evicted, InsertInto, IsDead, Store, Taken};
use crate::value::timing::{Timing, Untimed};

/// An entry with its extra key.
type KeyedEntry<K, V, T> = Entry<Keyed<K, T>, V>;

/// One entry for each extra key.
pub struct Table<K, V, T: Timing = Untimed> {
    writer: CompactWriter,
    queue: Queue<KeyedEntry<K, V, T>>,
    ready: usize,
    /// Memory of the front that readers may be inside.
    retired: Option<Box<RetiredMemory>>,
    rare: Option<Box<Rare>>,
}

/// What few tables have.
#[derive(Default)]
struct Rare {
    hidden: Option<Hidden>,
    evicted: Lately,
}

/// Which keys were evicted not long ago, so that a miss is known that a larger capacity would have saved: a mark in one of a fixed number of places, where a
/// later one replaces it. So what is known is a part of the truth. One key in 65,536 is taken for another.
#[derive(Default)]
struct Lately(Box<[u16]>);

impl Lately {
    /// Two places for each entry, up to 16 KiB.
    fn of(capacity: usize) -> Self {
        Self(vec![0; capacity.saturating_mul(2).clamp(16, 8192).next_power_of_two()].into())
    }

    fn place(&mut self, hash: u64) -> Option<(&mut u16, u16)> {
        // The hash of a small key may be good in some bits only.
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let places = self.0.len();
        let at = self.0.get_mut((mixed >> 48) as usize & places.wrapping_sub(1))?;
        // 0 is no mark.
        Some((at, ((mixed >> 32) as u16).max(1)))
    }

    fn note(&mut self, hash: u64) {
        if let Some((place, mark)) = self.place(hash) {
            *place = mark;
        }
    }

    fn take(&mut self, hash: u64) -> bool {
        match self.place(hash) {
            Some((place, mark)) if *place == mark => {
                *place = 0;
                true
            }
            _ => false,
        }
    }
}

/// Entries that hits do not see.
#[derive(Default)]
struct Hidden {
    index: Compact<Indexed>,
    writer: CompactWriter,
}

impl Hidden {
    /// Whether this entry of the table is here.
    fn has(&self, hash: u64, node: NonNull<Indexed>) -> bool {
        // SAFETY: under the lock: the writer.
        unsafe { self.index.find(hash, |other| other == node) }.is_some()
    }
}

impl<K, V, T: Timing> Default for Table<K, V, T> {
    fn default() -> Self {
        Self { writer: CompactWriter::default(), queue: Queue::default(), ready: 0, retired: None, rare: None }
    }
}

impl<K, V, T: Timing> Queued for KeyedEntry<K, V, T> {
    fn links(&self) -> &Links {
        &self.meta.links
    }
    fn visited(&self) -> &AtomicBool {
        &self.meta.visited
    }
}

/// An entry of the table, without a count of its own.
///
/// # Safety
/// It is in the table, or somebody has a count of it.
#[inline(always)]
unsafe fn borrowed<M: Meta, V>(node: NonNull<Entry<M, V>>) -> ManuallyDrop<Arc<Entry<M, V>>> {
    // SAFETY: the caller's; the count is not released.
    ManuallyDrop::new(unsafe { Arc::from_raw(node.as_ptr()) })
}

/// An entry that was taken out. Hits of all threads may hold it, or only those of this one.
fn taken<K: 'static, V: 'static, T: Timing>(entry: Arc<KeyedEntry<K, V, T>>) -> Taken<Table<K, V, T>> {
    let read_by = if entry.meta.is_seen() { ReadBy::All } else { ReadBy::ThisThread };
    Taken::now(entry, true).read_by(read_by)
}

/// Searches the indexes of a table, by who has its lock.
fn search(
    front: &Compact<Indexed>,
    hidden: Option<&Hidden>,
    hash: u64,
    is: &mut dyn FnMut(NonNull<Indexed>) -> bool,
) -> Option<NonNull<Indexed>> {
    // SAFETY: under the lock: the writer.
    if unsafe { front.may_have(hash) } {
        // SAFETY: as above.
        if let Some(found) = unsafe { front.find(hash, &mut *is) } {
            return Some(found);
        }
    }
    // SAFETY: as above.
    unsafe { hidden?.index.find(hash, is) }
}

impl<K: 'static, V: 'static, T: Timing> Table<K, V, T> {
    fn search(
        &self,
        front: &Compact<Indexed>,
        hash: u64,
        is: &mut dyn FnMut(NonNull<KeyedEntry<K, V, T>>) -> bool,
    ) -> Option<NonNull<KeyedEntry<K, V, T>>> {
        // Invariant 4.
        search(front, self.hidden(), hash, &mut |node| is(node.cast())).map(NonNull::cast)
    }

    fn hidden(&self) -> Option<&Hidden> {
        self.rare.as_deref()?.hidden.as_ref()
    }

    /// Keeps memory until the lock is released.
    #[inline]
    fn keep(&mut self, retired: RetiredMemory) {
        if !retired.is_empty() {
            self.retired.get_or_insert_default().append(retired);
        }
    }

    fn take(&mut self, front: &Compact<Indexed>, node: NonNull<KeyedEntry<K, V, T>>) -> Taken<Self> {
        // SAFETY: it is in the table.
        let entry = unsafe { borrowed(node) };
        entry.meta.set_gone(true);
        let mut retired = RetiredMemory::new();
        match self.rare.as_deref_mut().and_then(|rare| rare.hidden.as_mut()) {
            Some(hidden) if hidden.has(entry.meta.hash(), node.cast()) => {
                hidden.index.remove(&mut hidden.writer, node.cast(), &mut retired);
            }
            _ => front.remove(&mut self.writer, node.cast(), &mut retired),
        }
        self.keep(retired);
        self.queue.remove(node);
        let taken = taken(ManuallyDrop::into_inner(entry));
        self.ready -= usize::from(taken.ready);
        taken
    }

    /// Entries that are over or have a dead argument are evicted before any other. Some are examined each time.
    fn take_dead(
        &mut self,
        front: &Compact<Indexed>,
        newest: EntryId,
        is_dead: Option<IsDead<K>>,
        now: T::Now,
    ) -> Vec<Taken<Self>> {
        let mut dead = Vec::new();
        self.queue.some(&mut |node| {
            // SAFETY: it is in the table.
            let entry = unsafe { node.as_ref() };
            let is_over = || entry.meta.timing().is_over(now) && node.addr().get() != newest.address;
            // A flight has no result yet: it counts as rejected when it ends.
            if entry.slot.get().is_some() && (is_dead.is_some_and(|is_dead| is_dead(entry.meta.key())) || is_over()) {
                dead.push(node);
            }
        });
        let mut taken = Vec::with_capacity(dead.len());
        for node in &dead {
            taken.push(self.take(front, *node));
        }
        taken
    }
}

impl<K: 'static, V: 'static, T: Timing> Store for Table<K, V, T> {
    type Key = K;
    type Meta = Keyed<K, T>;
    type Value = V;
    type Front = Compact<Indexed>;
    type Drained = Vec<Taken<Self>>;
    const FRONTED: bool = false;

    #[inline(always)]
    fn published(_: &Self::Front) -> Option<&Published<KeyedEntry<K, V, T>>> {
        None
    }

    #[inline(always)]
    unsafe fn guess(
        front: &Self::Front,
        hash: u64,
        is: impl FnOnce(&KeyedEntry<K, V, T>) -> bool,
    ) -> Guess<NonNull<KeyedEntry<K, V, T>>> {
        // SAFETY: the caller's: what is found stays as long as it looks; invariant 4.
        let is = |node: NonNull<Indexed>| is(unsafe { node.cast().as_ref() });
        // SAFETY: the caller's.
        unsafe { front.guess(hash, is) }.map(NonNull::cast)
    }

    unsafe fn look(
        front: &Self::Front,
        hash: u64,
        mut is: impl FnMut(&KeyedEntry<K, V, T>) -> bool,
    ) -> Option<NonNull<KeyedEntry<K, V, T>>> {
        let is = |node: NonNull<Indexed>| {
            // SAFETY: as in `guess`.
            let entry = unsafe { node.cast::<KeyedEntry<K, V, T>>().as_ref() };
            entry.meta.hash() == hash && is(entry)
        };
        // SAFETY: the caller's.
        unsafe { front.find(hash, is) }.map(NonNull::cast)
    }

    #[inline]
    fn find(
        &self,
        front: &Self::Front,
        hash: u64,
        is: &mut dyn FnMut(&Counted<Self>) -> bool,
    ) -> Option<Counted<Self>> {
        let node = self.search(front, hash, &mut |node| {
            // SAFETY: it is in the table.
            let entry = unsafe { borrowed(node) };
            entry.meta.hash() == hash && is(&entry)
        })?;
        // SAFETY: as above.
        let entry = unsafe { borrowed(node) };
        Some(Counted::<Self>::clone(&entry))
    }

    #[inline]
    fn has(&self, _: &Self::Front, entry: &Counted<Self>) -> bool {
        !entry.meta.is_gone()
    }

    fn insert(&mut self, front: &Self::Front, entry: Counted<Self>, into: InsertInto) {
        self.ready += usize::from(entry.slot.get().is_some());
        let hash = entry.meta.hash();
        // It may have been taken out before.
        entry.meta.set_gone(false);
        let node = NonNull::new(Arc::into_raw(entry).cast_mut()).expect("an allocation is not null");
        // SAFETY: the count is the table's now.
        unsafe { self.queue.push(node) };
        let mut retired = RetiredMemory::new();
        match into {
            InsertInto::Seen(key) => {
                // SAFETY: as above.
                unsafe { node.as_ref() }.meta.set_seen(key);
                front.insert(&mut self.writer, hash, node.cast(), &mut retired);
            }
            InsertInto::ThisThreads => front.insert(&mut self.writer, hash, node.cast(), &mut retired),
            InsertInto::Hidden => {
                let hidden = self.rare.get_or_insert_default().hidden.get_or_insert_default();
                hidden.index.insert(&mut hidden.writer, hash, node.cast(), &mut retired);
            }
        }
        self.keep(retired);
    }

    fn remove(&mut self, front: &Self::Front, id: EntryId) -> Option<Taken<Self>> {
        let found = self.search(front, id.hash, &mut |node| node.addr().get() == id.address)?;
        Some(self.take(front, found))
    }

    fn turned_ready(&mut self, _: &Self::Front, _: &Counted<Self>) {
        self.ready += 1;
    }

    fn evict(
        &mut self,
        front: &Self::Front,
        newest: EntryId,
        capacity: usize,
        is_dead: Option<IsDead<K>>,
        now: T::Now,
        evicted: &mut Evicted<Self>,
    ) {
        if self.ready <= capacity {
            return;
        }
        if T::EXPIRES || is_dead.is_some() {
            evicted.dead.append(&mut self.take_dead(front, newest, is_dead, now));
            if self.ready <= capacity {
                return;
            }
        }
        let stays = |node: NonNull<KeyedEntry<K, V, T>>| {
            // SAFETY: in the queue are the table's entries.
            node.addr().get() == newest.address || unsafe { node.as_ref() }.slot.get().is_none()
        };
        // Nearly always one. More, where flights that were in its way have ended since.
        while self.ready > capacity {
            let Some(victim) = self.queue.victim(stays) else { return };
            let victim = self.take(front, victim);
            // What ends in time may have ended before it is asked for again.
            if !T::EXPIRES {
                let evicted = &mut self.rare.get_or_insert_default().evicted;
                if evicted.0.is_empty() {
                    *evicted = Lately::of(capacity);
                }
                evicted.note(victim.entry().meta.hash());
            }
            match &mut evicted.victim {
                none @ None => *none = Some(victim),
                Some(_) => evicted.dead.push(victim),
            }
        }
    }

    #[inline]
    fn was_evicted(&mut self, hash: u64) -> bool {
        self.rare.as_deref_mut().is_some_and(|rare| rare.evicted.take(hash))
    }

    fn drain(&mut self, front: &Self::Front) -> (usize, Vec<Taken<Self>>) {
        let mut drained = std::mem::take(self);
        self.retired = drained.retired.take();
        let mut retired = RetiredMemory::new();
        front.clear(&mut drained.writer, &mut retired);
        self.keep(retired);
        let queue = std::mem::take(&mut drained.queue);
        let mut entries = Vec::new();
        queue.each(&mut |node| {
            // SAFETY: it was in the table, whose count this is.
            let entry = ManuallyDrop::into_inner(unsafe { borrowed(node) });
            entry.meta.set_gone(true);
            entries.push(taken(entry));
        });
        (drained.ready, entries)
    }

    fn ready(&self, _: &Self::Front) -> usize {
        self.ready
    }

    fn each(&self, _: &Self::Front, visit: &mut dyn FnMut(&Counted<Self>)) {
        // SAFETY: in the queue are the table's entries.
        self.queue.each(&mut |node| visit(&*unsafe { borrowed(node) }));
    }

    fn lately(&self, most: usize, visit: &mut dyn FnMut(&Counted<Self>)) {
        // SAFETY: as above.
        self.queue.lately(most, &mut |node| visit(&*unsafe { borrowed(node) }));
    }

    fn some(&mut self, _: &Self::Front, visit: &mut dyn FnMut(&Counted<Self>)) {
        // SAFETY: as above.
        self.queue.some(&mut |node| visit(&*unsafe { borrowed(node) }));
    }

    fn retired(&mut self) -> Option<Box<RetiredMemory>> {
        self.retired.take()
    }
}

impl<K, V, T: Timing> Drop for Table<K, V, T> {
    fn drop(&mut self) {
        let mut panics = Panics::default();
        // SAFETY: they were in the table, whose counts these are.
        self.queue.each(&mut |node| panics.drop(ManuallyDrop::into_inner(unsafe { borrowed(node) })));
        panics.resume();
    }
}

#[cfg(all(test, memo_loom))]
mod loom_models;
