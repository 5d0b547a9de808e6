//! Copying a value that another call may remove meanwhile: no lock, no count.
//!
//! The caller's borrow keeps the object, its anchor and its cells. It does not keep a *value*, which `clear`, `forget`,
//! `refresh` and `insert` remove from living objects. Those calls must drop it before they return, or, if a reader is copying it,
//! leave it to that reader (law 11). So a hit publishes a hazard pointer to what it copies, in its thread's [`Reader`], and a call that
//! retires an entry looks there.
//!
//! # The protocol
//!
//! A cell holds its ready entry in a [`Published`], which is written under the cell's lock. One count of the entry goes with it.
//!
//! | a hit ([`copy`]) | a retiring call ([`Domain::scan`]) |
//! |---|---|
//! | 1. load the published pointer: `p` | 1. unpublish it, under the cell's lock |
//! | 2. set the hazard pointer to `p` | 2. heavy fence |
//! | 3. light fence | 3. read every reader's hazard pointers. Entries that are not held are returned, to be dropped; nearly always that is all |
//! | 4. load the published pointer again: still `p`? | 4. under the lock of the retire list: list the held entries, and mark every reader as wanted |
//! | 5. copy the value | 5. heavy fence |
//! | 6. free the hazard pointer (`Release`) | 6. under the lock of the list: return listed entries that are no longer held, too |
//! | 7. light fence | |
//! | 8. wanted? Then, under the lock of the list: if `p` is on it and no other reader holds it, remove and drop it; no longer wanted | |
//!
//! Steps 6 to 8 also follow if step 4 says no: a reader that is wanted must respond, whatever its mark was set for. No lock is held
//! across a heavy fence: it takes long, and a wanted reader would wait for it.
//!
//! *No value is dropped under a hit.* Of the hit's steps 2 to 4 (store, fence, load) and the retiring call's 1 to 3, one load sees the
//! other's store: the hit finds the pointer changed and copies nothing, or the retiring call finds `p` held and does not drop it. If
//! another entry with the address of `p` was published between the hit's steps 1 and 4, then `p` is that entry, and held. From the retiring
//! call's step 3 on no reader begins to hold `p`, so a thread that finds it on the list, and not held, may drop it.
//!
//! *Every value is dropped.* Of the hit's steps 6 to 8 and the retiring call's 4 to 6 one load sees the other's store: the retiring call
//! finds `p` free, or the hit finds itself wanted and takes the lock, with `p` on the list. Of two hits that held `p`, the second to take
//! the lock sees that the first is done. Hence all readers are wanted, not only those that hold `p`: a late one may mark it, and
//! the last that held it leaves it to that one. A reader is wanted until it took the lock and holds no entry of the list, or until the list
//! is empty; from then on it can find `p` published nowhere.
//!
//! *Once*, since the dropping thread removed it from the list, or never put it there, under one lock.
//!
//! *On the right thread.* Results of `Local` memos are held against their own thread only (forgotten inside their own `Clone`),
//! without fences. Such an entry records its thread, and no other thread removes it or is asked about it: a late hit may
//! hold, up to step 4, the address of an entry that is gone, where by now an entry of another thread lies.
//!
//! Values without drop glue may be freed later: nobody can tell. So a hit whose copy runs no user code ends with step 6. The call that
//! retires such a value defers it while it is held, and scans again another time. The list of those is short, and saves
//! most of the heavy fences, too.
//!
//! Inside a user's `Clone` the thread's mark for such copies is taken, and further hits count their entries under
//! the cell's lock, as waiters and ending threads do. Values whose copy runs no user code have a mark of their own.
//! A panic in `Clone` passes steps 6 to 8 as a return does.
//!
//! # Why not something else
//!
//! A count in the entry makes two threads that use one result fight for its cache line; a lock costs even a single thread. An
//! epoch promises nothing about *when*. A sequence lock is for plain data only, and its second read of the version costs as
//! much as the second load here.
//!
//! One mark and one list would do for all values. But a hit on a `u64` in an object would then check whether the mark is free and whether
//! the reader is wanted: 70 instructions and 2.4 ns instead of 57 and 1.8. And with another thread running, each `forget` or `refresh` of a
//! `u64` would pay for a heavy fence, where now 64 share one: 4.0 µs instead of 1.4, and 3.4 instead of 0.8.

use std::ptr::NonNull;

use super::registry::{Hazard, Reader};
use super::retire::Domain;
use crate::sys::fence;
use crate::sys::sync::{AtomicPtr, Ordering};

/// Low bit set: hidden from hits.
const HIDDEN: usize = 1;

/// A pointer to the entry that hits may copy. Written under the cell's lock.
pub(crate) struct Published<T>(AtomicPtr<T>);

impl<T> Default for Published<T> {
    fn default() -> Self {
        Self(AtomicPtr::new(std::ptr::without_provenance_mut(HIDDEN)))
    }
}

impl<T> Published<T> {
    /// The entry, hidden or not. Under the lock.
    pub(crate) fn get(&self) -> Option<NonNull<T>> {
        NonNull::new(self.0.load(Ordering::Relaxed).map_addr(|address| address & !HIDDEN))
    }

    /// Whether hits may hold the entry. Under the lock.
    pub(crate) fn is_visible(&self) -> bool {
        is_visible(self.0.load(Ordering::Relaxed))
    }

    /// Publishes an entry to hits, which see everything done to it before.
    pub(crate) fn publish(&self, entry: NonNull<T>) {
        debug_assert_eq!(entry.addr().get() & HIDDEN, 0, "an entry is aligned to its count");
        self.0.store(entry.as_ptr(), Ordering::Release);
    }

    /// Stores an entry that is hidden from hits.
    pub(crate) fn put_hidden(&self, entry: NonNull<T>) {
        self.0.store(entry.as_ptr().map_addr(|address| address | HIDDEN), Ordering::Relaxed);
    }

    /// Removes the entry.
    pub(crate) fn clear(&self) {
        self.0.store(std::ptr::without_provenance_mut(HIDDEN), Ordering::Relaxed);
    }

    /// The entry that hits of the only thread with access may copy, as long as nothing else runs on it.
    #[inline(always)]
    pub(crate) fn visible_here(&self) -> Option<NonNull<T>> {
        let entry = self.0.load(Ordering::Relaxed);
        // If it is not hidden, it is an entry.
        if is_visible(entry) { NonNull::new(entry) } else { None }
    }
}

/// Never null: empty counts as hidden. So a hit checks once.
#[inline(always)]
fn is_visible<T>(entry: *mut T) -> bool {
    entry.addr() & HIDDEN == 0
}

/// Frees a hazard pointer when dropped, and reclaims the entry that it held if that was retired meanwhile.
pub(crate) struct HazardGuard<'a> {
    address: usize,
    hazard: &'a Hazard,
    reader: &'a Reader,
    domain: Domain<'a>,
}

impl<'a> HazardGuard<'a> {
    /// `hazard` belongs to `reader`, which is this thread's, and is set to `address`.
    #[inline(always)]
    pub(crate) fn new(address: usize, hazard: &'a Hazard, reader: &'a Reader, domain: Domain<'a>) -> Self {
        Self { address, hazard, reader, domain }
    }
}

impl Drop for HazardGuard<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.hazard.free();
        fence::hazard();
        if self.reader.is_wanted() {
            self.domain.reclaim_own(self.reader, self.address);
        }
    }
}

/// Sets the hazard pointer to what is published, and loads that again. Returns both. The hazard pointer is set, whether they are
/// equal or not.
#[inline(always)]
fn protect<T>(published: &Published<T>, hazard: &Hazard) -> (usize, *mut T) {
    // For a hidden entry this differs from what is stored, so the comparison covers that case, too.
    let seen = published.0.load(Ordering::Relaxed).addr() & !HIDDEN;
    hazard.set(seen);
    fence::hazard();
    // The first load may have been of an entry that is gone: only the entry of this load is held.
    (seen, published.0.load(Ordering::Acquire))
}

/// Runs `copy` on the published entry, if any, which stays until `copy` returns. For results of all threads.
///
/// The caller may have to drop the entry it held, and that may panic. So what `copy` returns must have no destructor.
#[inline(always)]
pub(crate) fn copy<'a, T, R: Copy>(
    published: &Published<T>,
    hazard: &'a Hazard,
    reader: &'a Reader,
    domain: Domain<'a>,
    copy: impl FnOnce(&T) -> R,
) -> Option<R> {
    let (held, there) = protect(published, hazard);
    let held = HazardGuard::new(held, hazard, reader, domain);
    if there.addr() != held.address {
        return None;
    }
    // SAFETY: what is visible is an entry, and is held.
    Some(copy(unsafe { &*there }))
}

/// The same for values without drop glue and a `copy` that runs no user code: no writer is notified that it is done.
#[inline(always)]
pub(crate) fn copy_trivial<T, R>(published: &Published<T>, hazard: &Hazard, copy: impl FnOnce(&T) -> R) -> Option<R> {
    let (held, there) = protect(published, hazard);
    if there.addr() != held {
        hazard.free();
        return None;
    }
    // SAFETY: as in `copy`.
    let copied = copy(unsafe { &*there });
    hazard.free();
    Some(copied)
}

#[cfg(all(test, memo_loom))]
mod loom_models {
    use std::sync::atomic::AtomicU32 as Tally;

    use loom::sync::{Arc, Mutex};
    use loom::thread;

    use super::*;
    use crate::sys::arc::Content;
    use crate::sys::hazard::registry::Readers;
    use crate::sys::hazard::retire::{HeldBy, RetireList, Retired};
    use crate::sys::sync::UnsafeCell;

    /// A value that detects reads while it is dropped.
    struct Value {
        whole: UnsafeCell<u32>,
        drops: Arc<Drops>,
    }

    /// Not loom's: it orders nothing.
    struct Drops(Tally);

    impl Content for Value {}

    impl Value {
        fn new(drops: &Arc<Drops>, whole: u32) -> crate::sys::arc::Arc<Self> {
            let value = Self { whole: UnsafeCell::new(0), drops: Arc::clone(drops) };
            // SAFETY: not shared yet.
            value.whole.with_mut(|at| unsafe { *at = whole });
            crate::sys::arc::Arc::new(value)
        }

        fn read(&self) -> u32 {
            // SAFETY: what the models are to show.
            self.whole.with(|at| unsafe { *at })
        }
    }

    impl Drop for Value {
        fn drop(&mut self) {
            // SAFETY: as above.
            self.whole.with_mut(|at| unsafe { *at = 0 });
            self.drops.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    struct World {
        published: Published<Value>,
        lock: Mutex<()>,
        readers: Readers,
        retired: RetireList,
        hits: [Reader; 2],
        drops: Arc<Drops>,
        /// The models' values are not dropless, but may be treated as such.
        dropless: bool,
    }

    impl World {
        fn new(readers: usize) -> Arc<Self> {
            Self::of(readers, false)
        }

        fn of(readers: usize, dropless: bool) -> Arc<Self> {
            let world = Arc::new(Self {
                published: Published::default(),
                lock: Mutex::new(()),
                readers: Readers::new(),
                retired: RetireList::new(),
                hits: [Reader::new(), Reader::new()],
                drops: Arc::new(Drops(Tally::new(0))),
                dropless,
            });
            for reader in &world.hits[..readers] {
                // SAFETY: in an allocation, with which it ends.
                unsafe { world.readers.add(reader) };
            }
            world.insert(7);
            world
        }

        fn hit(&self, by: usize) -> Option<u32> {
            let reader = &self.hits[by];
            copy(&self.published, reader.cloning(), reader, self.domain(), Value::read)
        }

        fn domain(&self) -> Domain<'_> {
            Domain { readers: &self.readers, retired: &self.retired }
        }

        fn hit_trivial(&self, by: usize) -> Option<u32> {
            copy_trivial(&self.published, self.hits[by].copying(), Value::read)
        }

        /// Inserts a value, and retires the previous one.
        fn insert(&self, whole: u32) {
            let new = crate::sys::arc::Arc::into_raw(Value::new(&self.drops, whole)).cast_mut();
            let old = {
                let _lock = self.lock.lock().unwrap();
                let old = self.published.get();
                self.published.publish(NonNull::new(new).unwrap());
                old
            };
            self.retire(old);
        }

        fn clear(&self) {
            let old = {
                let _lock = self.lock.lock().unwrap();
                let old = self.published.get();
                self.published.clear();
                old
            };
            self.retire(old);
        }

        fn held_by(&self) -> HeldBy {
            if self.dropless { HeldBy::AnyHazard } else { HeldBy::Hazard }
        }

        fn retire(&self, old: Option<NonNull<Value>>) {
            let Some(old) = old else { return };
            // SAFETY: it came from `into_raw`, and this call removed it from the front.
            let mut retired =
                vec![Retired::new(unsafe { crate::sys::arc::Arc::from_raw(old.as_ptr()) }, self.held_by())];
            self.domain().scan(None, &mut retired);
        }

        /// Asserts, after all threads have ended, that every removed value was dropped.
        fn assert_dropped(&self, values: u32) {
            assert_eq!(self.drops.0.load(Ordering::Relaxed), values);
        }
    }

    fn one_of(values: &[u32], hit: Option<u32>) {
        assert!(hit.is_none_or(|value| values.contains(&value)), "{hit:?}");
    }

    #[test]
    fn loom_a_held_value_is_dropped_once_by_its_holder_or_who_retires_it() {
        loom::model(|| {
            let world = World::new(1);
            let theirs = Arc::clone(&world);
            let hit = thread::spawn(move || one_of(&[7], theirs.hit(0)));
            world.clear();
            hit.join().unwrap();
            world.assert_dropped(1);
        });
    }

    #[test]
    fn loom_two_hold_one_value_and_the_second_drops_it() {
        loom::model(|| {
            let world = World::new(2);
            let others = [0, 1].map(|by| {
                let world = Arc::clone(&world);
                thread::spawn(move || one_of(&[7], world.hit(by)))
            });
            world.clear();
            others.into_iter().for_each(|other| other.join().unwrap());
            world.assert_dropped(1);
        });
    }

    #[test]
    fn loom_a_value_that_is_replaced_is_whole_and_dropped_once() {
        loom::model(|| {
            let world = World::new(1);
            let theirs = Arc::clone(&world);
            let hit = thread::spawn(move || {
                one_of(&[7, 8], theirs.hit(0));
                one_of(&[7, 8], theirs.hit(0));
            });
            world.insert(8);
            world.clear();
            hit.join().unwrap();
            world.assert_dropped(2);
        });
    }

    #[test]
    fn loom_two_retire_while_one_hits() {
        loom::model(|| {
            let world = World::new(1);
            let theirs = Arc::clone(&world);
            let hit = thread::spawn(move || one_of(&[7, 8], theirs.hit(0)));
            let theirs = Arc::clone(&world);
            let insert = thread::spawn(move || theirs.insert(8));
            world.clear();
            hit.join().unwrap();
            insert.join().unwrap();
            world.clear();
            world.assert_dropped(2);
        });
    }

    #[test]
    fn loom_what_nobody_sees_dropped_is_not_dropped_under_a_hit() {
        loom::model(|| {
            let world = World::of(1, true);
            let theirs = Arc::clone(&world);
            let hit = thread::spawn(move || {
                one_of(&[7, 8], theirs.hit_trivial(0));
                one_of(&[7, 8], theirs.hit_trivial(0));
            });
            world.insert(8);
            world.clear();
            hit.join().unwrap();
            // With the next one that is retired.
            world.insert(9);
            world.clear();
            world.domain().flush(None);
            world.assert_dropped(3);
        });
    }
}
