//! The slot of one result: empty, in flight, or ready.
//!
//! # Invariants
//!
//! 1. The value is initialised exactly while the tag is `READY`. It is written once, by the thread that holds the
//!    `BUSY` tag, before the `Release` that sets `READY`; readers load the tag with `Acquire`. So a reader that sees
//!    `READY` sees the whole value.
//! 2. `READY` is final while the slot is shared. It ends only through `&mut self`, drop or `take_unseen`, when there is no other
//!    reader: the owner of the slot proves that (a by-reference cell dies with its object; an entry is counted).
//! 3. `BUSY` is held by one thread, set by a compare-exchange, and always ends: by [`Slot::fill`], [`Slot::release`]
//!    or [`Slot::end`], even while unwinding (the ticket's drop does it). A claim that was leaked ends where the slot goes on without it:
//!    by [`Slot::replace`] or [`Slot::vacate`]. If the claiming compute may be suspended,
//!    another on its thread may take the claim over. Only one of the two gets it: both run on that thread, one after the
//!    other, or (if the first resumed elsewhere) a compare-exchange that sets `SETTLED` decides.
//! 4. No wake-up is lost. A waiter sets `WAITERS` under its bucket's lock, by a compare-exchange on a `BUSY` word, and
//!    starts to wait before it releases the lock. The end of `BUSY` swaps the word; if the old one carried `WAITERS`,
//!    it takes and releases the same lock before it notifies, so the waiter is already waiting by then. Only
//!    [`Slot::fill_where`] does without the swap: its caller knows that no other call has the slot.
//!
//! No user code runs in this file.

use std::mem::MaybeUninit;

use crate::sys::sync::{AtomicU64, Condvar, Mutex, Ordering, UnsafeCell, const_fn, unpoisoned};

const TAG: u64 = 0b11;
const EMPTY: u64 = 0;
const READY: u64 = 1;
const BUSY: u64 = 2;
/// The flight has ended without a value, and the slot will never hold one: look the key up again.
const OVER: u64 = 3;

const WAITERS: u64 = 1 << 2;
/// The claim was taken over, or back, by the compute that now fills the slot.
const SETTLED: u64 = 1 << 3;
/// Flights whose result was not stored; 24 bits, wrapping. A waiter that sees it change computes alone.
const REJECTED_ONE: u64 = 1 << 8;
const REJECTED: u64 = 0x00FF_FFFF << 8;
const THREAD_SHIFT: u32 = 32;
/// The number of no thread and no call.
const NOBODY: u32 = 0;

/// The state of a slot, for a caller that found no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// There is a value.
    Ready,
    /// The caller has claimed the slot, and must end the claim.
    Claimed,
    /// Another call computes it.
    Busy(Flight),
    /// The flight has ended, and the slot with it.
    Over,
}

/// A running compute, as its waiters see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flight {
    /// The number of the computing thread; where tasks compute, that of the call.
    pub(crate) thread: u32,
    rejected: u64,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waited {
    /// There is a value now.
    Ready,
    /// The flight panicked: the waiters compute again, one at a time.
    Again,
    /// The flight's result was not stored: compute at once, in parallel with the other waiters.
    Alone,
}

/// Why a flight ended without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoValue {
    Panicked,
    Rejected,
}

pub(crate) struct Slot<V> {
    state: AtomicU64,
    value: UnsafeCell<MaybeUninit<V>>,
}

// SAFETY: a slot is a `V` that one thread writes and others may read by reference or take over and drop; the protocol
// above orders the write before every read. That is what `V: Send + Sync` permits.
unsafe impl<V: Send + Sync> Sync for Slot<V> {}

impl<V> Slot<V> {
    pub(crate) fn empty() -> Self {
        Self { state: AtomicU64::new(EMPTY), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// A slot that its maker has claimed.
    pub(crate) fn claimed(thread: u32) -> Self {
        Self { state: AtomicU64::new(busy(thread)), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// A slot that has its value from the start.
    pub(crate) fn full(value: V) -> Self {
        Self { state: AtomicU64::new(READY), value: UnsafeCell::new(MaybeUninit::new(value)) }
    }

    /// The value, if it is there. The whole of a hit.
    #[inline(always)]
    pub(crate) fn get(&self) -> Option<&V> {
        if self.state.load(Ordering::Acquire) == READY {
            // SAFETY: invariant 1, `READY` was seen with `Acquire`.
            Some(unsafe { self.value_ref() })
        } else {
            None
        }
    }

    /// # Safety
    /// The caller has seen `READY` with `Acquire`, or a flag that was set (`Release`) after it.
    #[inline(always)]
    pub(crate) unsafe fn value_ref(&self) -> &V {
        // SAFETY: after `READY` nobody writes the cell while the slot is shared (invariant 2).
        let value = self.value.with(|value| unsafe { &*value });
        // SAFETY: invariant 1.
        unsafe { value.assume_init_ref() }
    }

    /// Claims an empty slot for `thread`, or returns its state.
    pub(crate) fn claim(&self, thread: u32) -> Look {
        let mut word = self.state.load(Ordering::Acquire);
        loop {
            match word & TAG {
                READY => return Look::Ready,
                OVER => return Look::Over,
                BUSY => return Look::Busy(flight(word)),
                _ => {
                    let claimed = busy(thread) | (word & REJECTED);
                    match self.state.compare_exchange_weak(word, claimed, Ordering::Acquire, Ordering::Acquire) {
                        Ok(_) => return Look::Claimed,
                        Err(now) => word = now,
                    }
                }
            }
        }
    }

    /// Looks without claiming.
    pub(crate) fn look(&self) -> Look {
        let word = self.state.load(Ordering::Acquire);
        match word & TAG {
            READY => Look::Ready,
            BUSY => Look::Busy(flight(word)),
            _ => Look::Over,
        }
    }

    /// Whether `flight` still holds the claim: it has not ended, as far as its waiters can tell.
    pub(crate) fn is_held_by(&self, flight: Flight) -> bool {
        ended(self.state.load(Ordering::Acquire), flight).is_none()
    }

    /// Stores the value and wakes the waiters. The caller holds the claim.
    pub(crate) fn fill(&self, value: V) -> &V {
        // SAFETY: the claim is exclusive (invariant 3), and no reader looks before `READY` (invariant 1).
        self.value.with_mut(|cell| unsafe { cell.cast::<V>().write(value) });
        self.finish(READY);
        // SAFETY: this thread has just set `READY`.
        unsafe { self.value_ref() }
    }

    /// The same, and whether anybody can wait: if not, nobody but readers looks at the slot, or begins to meanwhile.
    #[inline]
    pub(crate) fn fill_where(&self, value: V, awaited: bool) {
        // SAFETY: as in `fill`.
        self.value.with_mut(|cell| unsafe { cell.cast::<V>().write(value) });
        if awaited {
            self.finish(READY);
        } else {
            debug_assert_eq!(self.state.load(Ordering::Relaxed) & (TAG | WAITERS), BUSY, "only a claim can be ended");
            self.state.store(READY, Ordering::Release);
        }
    }

    /// Takes over the claim of a compute that is suspended on this thread, and claimed as `thread`. `false`: that compute no longer
    /// has the claim.
    pub(crate) fn overtake(&self, thread: u32) -> bool {
        let mut word = self.state.load(Ordering::Acquire);
        while word & TAG == BUSY && word & SETTLED == 0 && flight(word).thread == thread {
            match self.state.compare_exchange_weak(word, word | SETTLED, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// Whether the caller, which now runs on `thread`, still has its claim. If so, the claim will not be taken over, and the caller
    /// ends it before it does anything else.
    pub(crate) fn is_still_claimed(&self, thread: u32) -> bool {
        let mut word = self.state.load(Ordering::Acquire);
        while word & TAG == BUSY && word & SETTLED == 0 {
            // A takeover could only happen on this very thread.
            if flight(word).thread == thread {
                return true;
            }
            match self.state.compare_exchange_weak(word, word | SETTLED, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return true,
                Err(now) => word = now,
            }
        }
        false
    }

    /// The same for a call of a task, whose claim another task may take over: if it is still there, it stays until the caller ends it.
    pub(crate) fn settle(&self) -> bool {
        self.is_still_claimed(NOBODY)
    }

    /// Releases the claim: the slot is empty again, and its waiters continue as `why` says.
    pub(crate) fn release(&self, why: NoValue) {
        let word = self.state.load(Ordering::Relaxed);
        let rejected = match why {
            NoValue::Panicked => word & REJECTED,
            NoValue::Rejected => (word & REJECTED).wrapping_add(REJECTED_ONE) & REJECTED,
        };
        self.finish(EMPTY | rejected);
    }

    /// Ends the claim, and the slot with it, for an entry that is no longer in its store.
    pub(crate) fn end(&self, why: NoValue) {
        self.finish(match why {
            NoValue::Panicked => OVER,
            NoValue::Rejected => OVER | REJECTED_ONE,
        });
    }

    /// Ends the claim without a value. If there are waiters, the result is worth sharing: does nothing and returns `false`.
    pub(crate) fn end_unless_awaited(&self) -> bool {
        let word = self.state.load(Ordering::Relaxed);
        word & WAITERS == 0
            && self.state.compare_exchange(word, OVER | REJECTED_ONE, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    fn finish(&self, to: u64) {
        let before = self.state.swap(to, Ordering::AcqRel);
        debug_assert_eq!(before & TAG, BUSY, "only a claim can be ended");
        if before & WAITERS != 0 {
            // The address only selects the bucket; the slot may be gone by now.
            with_bucket(self.address(), |bucket| {
                drop(unpoisoned(bucket.lock.lock()));
                bucket.woken.notify_all();
            });
        }
    }

    /// Waits for the end of `flight`.
    pub(crate) fn wait(&self, flight: Flight) -> Waited {
        with_bucket(self.address(), |bucket| {
            let mut guard = unpoisoned(bucket.lock.lock());
            let mut word = self.state.load(Ordering::Acquire);
            loop {
                if let Some(end) = ended(word, flight) {
                    return end;
                }
                if word & WAITERS == 0 {
                    let marked =
                        self.state.compare_exchange(word, word | WAITERS, Ordering::Acquire, Ordering::Acquire);
                    if let Err(now) = marked {
                        word = now;
                        continue;
                    }
                }
                guard = unpoisoned(bucket.woken.wait(guard));
                word = self.state.load(Ordering::Acquire);
            }
        })
    }

    /// Says that a call is about to wait for the end of `flight`, or how that has ended.
    ///
    /// For a task, the caller holds the lock under which who ends the flight looks for waiting tasks: so either this sees the end, or that
    /// one finds the task.
    pub(crate) fn announce(&self, flight: Flight) -> Result<(), Waited> {
        let mut word = self.state.load(Ordering::Acquire);
        loop {
            if let Some(end) = ended(word, flight) {
                return Err(end);
            }
            if word & WAITERS != 0 {
                return Ok(());
            }
            match self.state.compare_exchange(word, word | WAITERS, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
    }

    /// How `flight` has ended, if it has.
    pub(crate) fn end_of(&self, flight: Flight) -> Option<Waited> {
        ended(self.state.load(Ordering::Acquire), flight)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(&self.state) as usize
    }

    /// Puts a value into a slot that is no longer shared, and returns the old one. A claim that was leaked ends.
    pub(crate) fn replace(&mut self, value: V) -> Option<V> {
        let old = self.take();
        *self = Self::full(value);
        old
    }

    /// Takes the value out of a slot that is no longer shared, and leaves it empty. A claim that was leaked ends.
    pub(crate) fn vacate(&mut self) -> Option<V> {
        let old = self.take();
        self.state = AtomicU64::new(EMPTY);
        old
    }

    /// Takes the value out of a slot that is no longer shared.
    pub(crate) fn take(&mut self) -> Option<V> {
        // SAFETY: `&mut self`, which came from an ordered hand-over (a count that reached zero, an exclusive borrow).
        unsafe { self.take_unseen() }
    }

    /// The same for a slot of which others may look at everything but the value and the tag.
    ///
    /// # Safety
    /// Nobody reads the value or the tag from now on, and every read of them comes before.
    pub(crate) unsafe fn take_unseen(&self) -> Option<V> {
        if self.state.load(Ordering::Acquire) & TAG != READY {
            return None;
        }
        self.state.store(EMPTY, Ordering::Relaxed);
        // SAFETY: the caller's: exclusive access to the cell.
        let value = self.value.with_mut(|value| unsafe { &mut *value });
        // SAFETY: invariant 1; the tag is `EMPTY` now, so the value is read out only once.
        Some(unsafe { value.assume_init_read() })
    }
}

impl<V> Drop for Slot<V> {
    fn drop(&mut self) {
        drop(self.take());
    }
}

fn busy(thread: u32) -> u64 {
    BUSY | u64::from(thread) << THREAD_SHIFT
}

fn flight(word: u64) -> Flight {
    Flight { thread: (word >> THREAD_SHIFT) as u32, rejected: word & REJECTED }
}

fn ended(word: u64, flight: Flight) -> Option<Waited> {
    if word & TAG == READY {
        return Some(Waited::Ready);
    }
    if word & REJECTED != flight.rejected {
        return Some(Waited::Alone);
    }
    // The same count and not busy: the flight panicked. Busy with another thread: it panicked, and the next one computes; the
    // caller looks again and waits for that one.
    (word & TAG != BUSY || word >> THREAD_SHIFT != u64::from(flight.thread)).then_some(Waited::Again)
}

struct Bucket {
    lock: Mutex<()>,
    woken: Condvar,
}

impl Bucket {
    const_fn! {
        fn new() -> Self {
            Self { lock: Mutex::new(()), woken: Condvar::new() }
        }
    }
}

const BUCKETS: usize = 64;

/// Waiters of all slots share a few condition variables, so that a slot needs one word. Another slot's waiter may be woken
/// spuriously. The bucket's lock is held only for a few instructions, never while a body runs.
#[cfg(not(memo_loom))]
fn with_bucket<R>(address: usize, act: impl FnOnce(&Bucket) -> R) -> R {
    static ALL: [Bucket; BUCKETS] = [const { Bucket::new() }; BUCKETS];
    act(&ALL[(address >> 4) % BUCKETS])
}

#[cfg(memo_loom)]
fn with_bucket<R>(address: usize, act: impl FnOnce(&Bucket) -> R) -> R {
    loom::lazy_static! {
        static ref ONLY: Bucket = Bucket::new();
    }
    let _ = address % BUCKETS;
    act(&ONLY)
}

#[cfg(all(test, memo_loom))]
mod loom_models {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    /// Does what a call does. Returns the value, and whether this call computed it.
    fn call(slot: &Slot<u32>, me: u32, fail_first: bool) -> (u32, bool) {
        let mut failing = fail_first;
        loop {
            match slot.claim(me) {
                Look::Ready => return (*slot.get().unwrap(), false),
                Look::Claimed if failing => {
                    failing = false;
                    slot.release(NoValue::Panicked);
                }
                Look::Claimed => return (*slot.fill(7), true),
                Look::Busy(flight) => {
                    assert_ne!(slot.wait(flight), Waited::Alone);
                }
                Look::Over => unreachable!(),
            }
        }
    }

    #[test]
    fn loom_one_computes_and_all_get_the_value() {
        loom::model(|| {
            let slot = Arc::new(Slot::empty());
            let others: Vec<_> = (1..3)
                .map(|me| {
                    let slot = Arc::clone(&slot);
                    thread::spawn(move || call(&slot, me, false))
                })
                .collect();
            let mine = call(&slot, 3, false);
            let mut computed = usize::from(mine.1);
            assert_eq!(mine.0, 7);
            for other in others {
                let (value, did) = other.join().unwrap();
                assert_eq!(value, 7);
                computed += usize::from(did);
            }
            assert_eq!(computed, 1);
        });
    }

    #[test]
    fn loom_a_hit_sees_the_whole_value() {
        loom::model(|| {
            let slot = Arc::new(Slot::claimed(1));
            let theirs = Arc::clone(&slot);
            let other = thread::spawn(move || theirs.get().is_none_or(|value| *value == 7));
            slot.fill(7);
            assert!(other.join().unwrap());
        });
    }

    #[test]
    fn loom_a_flight_that_panics_loses_no_waiter() {
        loom::model(|| {
            let slot = Arc::new(Slot::empty());
            let theirs = Arc::clone(&slot);
            let other = thread::spawn(move || call(&theirs, 1, true));
            assert_eq!(call(&slot, 2, false).0, 7);
            assert_eq!(other.join().unwrap().0, 7);
        });
    }

    /// Of the async cases: what a body has written before it failed is seen by the next.
    #[test]
    fn loom_case_31_who_computes_after_a_failure_sees_what_it_left() {
        struct Shared(Slot<u32>, loom::cell::UnsafeCell<u32>);
        // SAFETY: the cell is for whoever has claimed the slot, which is what is tested.
        unsafe impl Sync for Shared {}

        fn count(shared: &Shared, me: u32) -> bool {
            let Look::Claimed = shared.0.claim(me) else { return false };
            // SAFETY: as above.
            shared.1.with_mut(|count| unsafe { *count += 1 });
            shared.0.release(NoValue::Panicked);
            true
        }

        loom::model(|| {
            let shared = Arc::new(Shared(Slot::empty(), loom::cell::UnsafeCell::new(0)));
            let theirs = Arc::clone(&shared);
            let other = thread::spawn(move || count(&theirs, 1));
            let mine = count(&shared, 2);
            let both = u32::from(mine) + u32::from(other.join().unwrap());
            // SAFETY: the other thread has ended.
            assert_eq!(shared.1.with(|count| unsafe { *count }), both);
        });
    }

    #[test]
    fn loom_a_waiter_of_a_rejected_flight_goes_on_alone() {
        loom::model(|| {
            let slot = Arc::new(Slot::<u32>::claimed(1));
            let theirs = Arc::clone(&slot);
            let waiter = thread::spawn(move || match theirs.look() {
                Look::Busy(flight) => theirs.wait(flight),
                _ => Waited::Alone,
            });
            slot.release(NoValue::Rejected);
            assert_eq!(waiter.join().unwrap(), Waited::Alone);
        });
    }

    /// As in a counted cell: whoever waits has found the slot under a lock, which the filling call holds when it looks at the count.
    #[test]
    fn loom_who_has_no_pointer_does_not_wait() {
        use crate::sys::arc::{self, Content};

        struct Entry(Slot<u32>);
        impl Content for Entry {}

        loom::model(|| {
            let (mine, stored) = arc::Arc::pair(Entry(Slot::claimed(1)));
            // What hits without a lock find.
            let shown = Arc::new(loom::sync::atomic::AtomicPtr::new(arc::Arc::as_ptr(&stored).cast_mut()));
            let store = Arc::new(loom::sync::Mutex::new(stored));
            let (theirs, seen) = (Arc::clone(&store), Arc::clone(&shown));
            let other = thread::spawn(move || {
                // SAFETY: the store keeps it.
                let early = unsafe { &*seen.load(Ordering::Relaxed) }.0.get().copied();
                assert!(early.is_none_or(|early| early == 7));
                let found = arc::Arc::clone(&theirs.lock().unwrap());
                match found.0.look() {
                    Look::Busy(flight) => assert_eq!(found.0.wait(flight), Waited::Ready),
                    look => assert_eq!(look, Look::Ready),
                }
                assert_eq!(found.0.get(), Some(&7));
            });
            {
                let _store = store.lock().unwrap();
                if arc::Arc::is_one_of_two(&mine) {
                    mine.0.fill_where(7, false);
                    // SAFETY: the other is the store's, whose lock is held.
                    unsafe { arc::Arc::leave(mine) };
                } else {
                    mine.0.fill(7);
                    drop(mine);
                }
            }
            other.join().unwrap();
        });
    }

    /// A compute has resumed on another thread while one on its first thread takes its claim over.
    #[test]
    fn loom_of_who_claimed_and_who_takes_over_one_fills() {
        loom::model(|| {
            let slot = Arc::new(Slot::claimed(1));
            let theirs = Arc::clone(&slot);
            let moved = thread::spawn(move || {
                let mine = theirs.is_still_claimed(2);
                if mine {
                    theirs.fill(7);
                }
                mine
            });
            let overtaken = slot.overtake(1);
            if overtaken {
                slot.fill(7);
            }
            assert_ne!(moved.join().unwrap(), overtaken);
            assert_eq!(slot.get(), Some(&7));
        });
    }

    #[test]
    fn loom_a_result_that_is_not_stored_reaches_who_waits() {
        loom::model(|| {
            let slot = Arc::new(Slot::<u32>::claimed(1));
            let theirs = Arc::clone(&slot);
            let waiter = thread::spawn(move || match theirs.look() {
                Look::Busy(flight) => theirs.wait(flight),
                Look::Ready => Waited::Ready,
                _ => Waited::Alone,
            });
            if !slot.end_unless_awaited() {
                slot.fill(7);
            }
            // Early waiters are notified. None is left waiting, and none gets a value that does not exist.
            if waiter.join().unwrap() == Waited::Ready {
                assert_eq!(slot.get(), Some(&7));
            }
        });
    }
}
