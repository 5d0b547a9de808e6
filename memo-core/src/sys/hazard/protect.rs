//! Copying a value that somebody may take away meanwhile: no lock, no count.
//!
//! The caller's borrow keeps the object, its anchor and its cells; it does not keep a *value*, which `clear`, `forget`,
//! `refresh` and `insert` take from living objects. They must drop it before they return, or, where a call is copying it,
//! leave it to that call (law 11). So a hit says what it copies, in its thread's [`Reader`], and who takes a value away looks
//! there.
//!
//! # The protocol
//!
//! A cell shows its ready entry in a [`Front`], which is written under the cell's lock. One count of the entry goes with it.
//!
//! | a hit ([`copy`]) | who takes away ([`Handed::take_over`]) |
//! |---|---|
//! | 1. load the front: `p` | 1. hide the front, under the cell's lock |
//! | 2. hold `p` | 2. heavy fence |
//! | 3. light fence | 3. look at what every reader holds. What is not held comes back, to be dropped; nearly always that is all |
//! | 4. load the front again: still `p`? | 4. under the lock of [`Handed`]: what is held goes on the list, and every reader is wanted |
//! | 5. copy the value | 5. heavy fence |
//! | 6. hold nothing (`Release`) | 6. under the lock of `Handed`: what is on the list and not held any more comes back, too |
//! | 7. light fence | |
//! | 8. wanted? Then, under the lock of `Handed`: if `p` is on the list and nobody else holds it, take it off and drop it; wanted no more | |
//!
//! Steps 6 to 8 also follow where step 4 says no: a mark that was seen has to be answered for, whatever it was for. No lock is held
//! over a heavy fence: it takes long, and a hit that is wanted would wait for it.
//!
//! *No value is dropped under a hit.* Of the hit's steps 2 to 4 (store, fence, load) and the taker's 1 to 3, one load sees the
//! other's store: the hit finds the front changed and copies nothing, or the taker finds `p` held and does not drop it. If
//! another entry with the address of `p` was shown between the hit's steps 1 and 4, then `p` is that entry, and held. From the taker's
//! step 3 on nobody begins to hold `p`, so whoever finds it on the list, and not held, may drop it.
//!
//! *Every value is dropped.* Of the hit's steps 6 to 8 and the taker's 4 to 6 one load sees the other's store: the taker finds `p` free,
//! or the hit finds itself wanted and takes the lock, with `p` on the list. Of two hits that held `p`, the second to take the lock
//! sees that the first is done with it. Hence all readers are wanted, not only those that hold `p`: one that is late may mark it, and
//! the last that held it leaves it to that one. A reader is wanted until it took the lock with
//! nothing of the list in its hands, or until the list is empty; from then on it can find `p` in no front any more.
//!
//! *Once*, since whoever drops took it off the list, or never put it there, under one lock.
//!
//! *On the right thread.* Results of `Local` memos are held against their own thread only (forgotten inside their own `Clone`),
//! without fences. Such a victim says whose it is, and no other thread takes it off or is asked about it: a hit that is late may
//! hold, up to step 4, the address of an entry that is gone, where by now a thread's own lies.
//!
//! Values without drop glue may be freed later: nobody can tell. So a hit whose copy is ours ends with step 6, and who takes
//! such a value away puts it on another list while it is held, and looks again another time; that list is short, and saves
//! most of the heavy fences, too.
//!
//! Inside a `Clone` of the user's the thread's mark for such copies is taken, and further hits count their entries under
//! the cell's lock, as waiters and whoever is late do. Values whose copy runs no code of the user's have a mark of their own.
//! A panic in `Clone` passes steps 6 to 8 as a return does.
//!
//! # Why this and nothing else
//!
//! A count in the entry makes two threads that ask for one result fight for its line; a lock even one thread pays for. An
//! epoch keeps no promise about *when*. A sequence lock is for plain data alone, and its second look at the version costs as
//! much as the second look at the front here.

use std::ptr::NonNull;

#[cfg(not(memo_loom))]
use super::registry::READERS;
use super::registry::{Hold, Reader, Readers};
#[cfg(not(memo_loom))]
use super::retire::HANDED;
use super::retire::Handed;
use crate::sys::fence;
use crate::sys::sync::{AtomicPtr, Ordering};

/// In the low bit: hits look away.
const HIDDEN: usize = 1;

/// What a cell shows to hits. Written under the cell's lock.
pub(crate) struct Front<T>(AtomicPtr<T>);

impl<T> Default for Front<T> {
    fn default() -> Self {
        Self(AtomicPtr::new(std::ptr::without_provenance_mut(HIDDEN)))
    }
}

impl<T> Front<T> {
    /// What is there, shown or not. Under the lock.
    pub(crate) fn get(&self) -> Option<NonNull<T>> {
        NonNull::new(self.0.load(Ordering::Relaxed).map_addr(|address| address & !HIDDEN))
    }

    /// Whether hits may hold what is there. Under the lock.
    pub(crate) fn shows(&self) -> bool {
        is_shown(self.0.load(Ordering::Relaxed))
    }

    /// Shows it to hits, who see all that was done to it before.
    pub(crate) fn show(&self, entry: NonNull<T>) {
        debug_assert_eq!(entry.addr().get() & HIDDEN, 0, "an entry is aligned to its count");
        self.0.store(entry.as_ptr(), Ordering::Release);
    }

    /// Keeps it from hits.
    pub(crate) fn keep(&self, entry: NonNull<T>) {
        self.0.store(entry.as_ptr().map_addr(|address| address | HIDDEN), Ordering::Relaxed);
    }

    /// Takes it away.
    pub(crate) fn hide(&self) {
        self.0.store(std::ptr::without_provenance_mut(HIDDEN), Ordering::Relaxed);
    }

    /// What hits may copy of the only thread that has this front, as long as nothing else runs on it.
    #[inline(always)]
    pub(crate) fn shown_here(&self) -> Option<NonNull<T>> {
        let entry = self.0.load(Ordering::Relaxed);
        // What is not hidden is an entry.
        if is_shown(entry) { NonNull::new(entry) } else { None }
    }
}

/// Never null: what is empty is hidden. So a hit asks once.
#[inline(always)]
fn is_shown<T>(entry: *mut T) -> bool {
    entry.addr() & HIDDEN == 0
}

/// The lists that a hit and who takes away meet at.
#[derive(Clone, Copy)]
pub(crate) struct Meeting<'a> {
    pub(crate) readers: &'a Readers,
    pub(crate) handed: &'a Handed,
}

/// That of this process.
#[cfg(not(memo_loom))]
#[inline(always)]
pub(crate) fn meeting() -> Meeting<'static> {
    Meeting { readers: &READERS, handed: &HANDED }
}

/// Something that a reader holds, until it is dropped.
pub(crate) struct Held<'a> {
    address: usize,
    hold: &'a Hold,
    reader: &'a Reader,
    meeting: Meeting<'a>,
}

impl<'a> Held<'a> {
    /// `hold` is one of `reader`'s, who is this thread's, and is set to `address`.
    #[inline(always)]
    pub(crate) fn new(address: usize, hold: &'a Hold, reader: &'a Reader, meeting: Meeting<'a>) -> Self {
        Self { address, hold, reader, meeting }
    }
}

impl Drop for Held<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        self.hold.free();
        fence::holding();
        if self.reader.is_wanted() {
            self.meeting.handed.look_after(self.meeting.readers, self.reader, self.address);
        }
    }
}

/// Holds what `front` seems to show, and looks again. The mark is set, whether the two are the same or not.
#[inline(always)]
fn hold_shown<T>(front: &Front<T>, hold: &Hold) -> (usize, *mut T) {
    // Of what is hidden something else than is there: so the second look answers for that, too.
    let seen = front.0.load(Ordering::Relaxed).addr() & !HIDDEN;
    hold.set(seen);
    fence::holding();
    // The first load may have been of an entry that is gone: only this one's is held.
    (seen, front.0.load(Ordering::Acquire))
}

/// Runs `copy` on what `front` shows, if anything, which stays until it returns. For results of all threads.
///
/// Who was holding may have to drop what it held, and that may panic: so what `copy` returns has no destructor.
#[inline(always)]
pub(crate) fn copy<'a, T, R: Copy>(
    front: &Front<T>,
    hold: &'a Hold,
    reader: &'a Reader,
    meeting: Meeting<'a>,
    copy: impl FnOnce(&T) -> R,
) -> Option<R> {
    let (held, there) = hold_shown(front, hold);
    let held = Held::new(held, hold, reader, meeting);
    if there.addr() != held.address {
        return None;
    }
    // SAFETY: what is shown is an entry, and is held.
    Some(copy(unsafe { &*there }))
}

/// The same for values without drop glue, and a `copy` that is ours: nobody is told that it is done.
#[inline(always)]
pub(crate) fn copy_unnoticed<T, R>(front: &Front<T>, hold: &Hold, copy: impl FnOnce(&T) -> R) -> Option<R> {
    let (held, there) = hold_shown(front, hold);
    if there.addr() != held {
        hold.free();
        return None;
    }
    // SAFETY: as in `copy`.
    let copied = copy(unsafe { &*there });
    hold.free();
    Some(copied)
}

#[cfg(all(test, memo_loom))]
mod loom_models {
    use std::sync::atomic::AtomicU32 as Tally;

    use loom::sync::{Arc, Mutex};
    use loom::thread;

    use super::*;
    use crate::sys::hazard::retire::Victim;
    use crate::sys::sync::UnsafeCell;

    /// A value that notices who looks while it is dropped.
    struct Value {
        whole: UnsafeCell<u32>,
        drops: Arc<Drops>,
    }

    /// Not loom's: it orders nothing.
    struct Drops(Tally);

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
        front: Front<Value>,
        lock: Mutex<()>,
        readers: Readers,
        handed: Handed,
        hits: [Reader; 2],
        drops: Arc<Drops>,
        /// The models' values are not, but may be taken for it.
        dropless: bool,
    }

    impl World {
        fn new(readers: usize) -> Arc<Self> {
            Self::of(readers, false)
        }

        fn of(readers: usize, dropless: bool) -> Arc<Self> {
            let world = Arc::new(Self {
                front: Front::default(),
                lock: Mutex::new(()),
                readers: Readers::new(),
                handed: Handed::new(),
                hits: [Reader::new(), Reader::new()],
                drops: Arc::new(Drops(Tally::new(0))),
                dropless,
            });
            for reader in &world.hits[..readers] {
                // SAFETY: in an allocation, which it goes with.
                unsafe { world.readers.add(reader) };
            }
            world.insert(7);
            world
        }

        fn hit(&self, by: usize) -> Option<u32> {
            let reader = &self.hits[by];
            let meeting = Meeting { readers: &self.readers, handed: &self.handed };
            copy(&self.front, reader.cloning(), reader, meeting, Value::read)
        }

        fn hit_unnoticed(&self, by: usize) -> Option<u32> {
            copy_unnoticed(&self.front, self.hits[by].copying(), Value::read)
        }

        /// Puts a value in, and lets go of the one that was there.
        fn insert(&self, whole: u32) {
            let new = crate::sys::arc::Arc::into_raw(Value::new(&self.drops, whole)).cast_mut();
            let old = {
                let _lock = self.lock.lock().unwrap();
                let old = self.front.get();
                self.front.show(NonNull::new(new).unwrap());
                old
            };
            self.let_go(old);
        }

        fn clear(&self) {
            let old = {
                let _lock = self.lock.lock().unwrap();
                let old = self.front.get();
                self.front.hide();
                old
            };
            self.let_go(old);
        }

        fn let_go(&self, old: Option<NonNull<Value>>) {
            let Some(old) = old else { return };
            // SAFETY: it came from `into_raw`, and was taken out of the front by this call.
            let mut victims = vec![Victim::new(unsafe { crate::sys::arc::Arc::from_raw(old.as_ptr()) }, self.dropless)];
            self.handed.take_over(&self.readers, None, &mut victims);
        }

        /// All threads have ended, and whatever was taken out is gone.
        fn assert_dropped(&self, values: u32) {
            assert_eq!(self.drops.0.load(Ordering::Relaxed), values);
        }
    }

    fn one_of(values: &[u32], hit: Option<u32>) {
        assert!(hit.is_none_or(|value| values.contains(&value)), "{hit:?}");
    }

    #[test]
    fn loom_a_held_value_is_dropped_once_by_its_holder_or_its_taker() {
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
    fn loom_two_take_away_while_one_hits() {
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
                one_of(&[7, 8], theirs.hit_unnoticed(0));
                one_of(&[7, 8], theirs.hit_unnoticed(0));
            });
            world.insert(8);
            world.clear();
            hit.join().unwrap();
            // With the next that goes.
            world.insert(9);
            world.clear();
            world.handed.flush(&world.readers, None);
            world.assert_dropped(3);
        });
    }
}
