//! Counters that cost a hit one load and one store: each thread has its own, a reader sums them.
//!
//! # Invariants
//!
//! 1. A thread's array is written by that thread only, with plain atomic stores (no read-modify-write). It is moved and
//!    taken off the list under the lock of [`ALL`] only, freed after that, and other threads read it under that lock only.
//! 2. When a thread ends, its counts are folded into the memos' own (`gone`) and its array leaves the list, in one
//!    step under the lock: a reader sees them exactly once, so sums never go back.
//! 3. What takes an entry away is counted with `Release` and read first, with `Acquire`: the entry's coming was counted
//!    before, so no sum has more goings than comings.

use crate::memo::core::Core;
use crate::reclaim::sweep;
use crate::sys::sync::plain::{AtomicU64, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;
use crate::sys::thread;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Count {
    Hits,
    Misses,
    Computes,
    Waits,
    Inserts,
    Dropped,
    Evicted,
    Cleared,
    Replaced,
    Rejected,
    Leaked,
    ComputeNanos,
}

const COUNTS: usize = 12;

/// The order of reading: goings before comings (invariant 3).
const READ_ORDER: [Count; COUNTS] = [
    Count::Dropped,
    Count::Evicted,
    Count::Cleared,
    Count::Replaced,
    Count::Rejected,
    Count::Leaked,
    Count::Computes,
    Count::Inserts,
    Count::Hits,
    Count::Misses,
    Count::Waits,
    Count::ComputeNanos,
];

/// The counters of one memo: a thread's share, or those of threads that have gone. Two cache lines of its own.
#[repr(align(128))]
pub(crate) struct Block([AtomicU64; COUNTS]);

impl Block {
    pub(crate) const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; COUNTS])
    }

    /// Adds to a counter that only this thread writes.
    #[inline(always)]
    pub(crate) fn add_own(&self, what: Count, n: u64) -> u64 {
        let counter = &self.0[what as usize];
        let now = counter.load(Ordering::Relaxed).wrapping_add(n);
        counter.store(now, Ordering::Release);
        now
    }

    pub(crate) fn add_shared(&self, what: Count, n: u64) {
        self.0[what as usize].fetch_add(n, Ordering::Release);
    }

    #[inline]
    fn read(&self, what: Count) -> u64 {
        self.0[what as usize].load(Ordering::Acquire)
    }
}

/// A sum over threads.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums([u64; COUNTS]);

impl Sums {
    pub(crate) fn get(&self, what: Count) -> u64 {
        self.0[what as usize]
    }

    /// Results stored and not yet reclaimed.
    pub(crate) fn entries(&self) -> u64 {
        let came = self.get(Count::Computes) + self.get(Count::Inserts);
        let gone = [Count::Dropped, Count::Evicted, Count::Cleared, Count::Replaced, Count::Rejected, Count::Leaked];
        came.saturating_sub(gone.into_iter().map(|what| self.get(what)).sum())
    }
}

/// One thread's array, as readers find it.
#[derive(Clone, Copy)]
struct Share {
    blocks: *mut Block,
    len: u32,
}

impl Share {
    /// # Safety
    /// `index < self.len`, and the array stands for `'a`.
    unsafe fn block<'a>(self, index: usize) -> &'a Block {
        // SAFETY: the caller's.
        let at = unsafe { self.blocks.add(index) };
        // SAFETY: the caller's; all blocks are initialised.
        unsafe { &*at }
    }
}

// SAFETY: the pointer is followed under the lock of `ALL` only, where the array stands (invariant 1).
unsafe impl Send for Share {}

static ALL: Mutex<Vec<Share>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Share>> {
    unpoisoned(ALL.lock())
}

/// Counts a hit that has run nothing of the user's; every few thousand of them sweep.
///
/// `--cfg memo_uncounted` is for the benches alone: no hit is counted, so that they can say what counting costs. A feature
/// would be switched on for a whole program by whoever asks first.
#[inline(always)]
pub(crate) fn count_hit(core: &'static Core) {
    if cfg!(memo_uncounted) {
        return;
    }
    let thread = thread::here();
    if let Some(place) = own_place(&thread, core) {
        // SAFETY: found just now.
        let hits = unsafe { add_at(&thread, place, Count::Hits, 1) };
        if !are_to_sweep(hits) {
            return;
        }
    }
    // One call for both that are rare: a memoized function is inlined where it is called only if it is small.
    count_hit_slowly(core);
}

/// Whether a thread that has counted so many hits of a memo sweeps.
#[inline(always)]
pub(crate) fn are_to_sweep(hits: u64) -> bool {
    const { assert!(sweep::HITS_PER_SWEEP.is_power_of_two()) };
    hits & (sweep::HITS_PER_SWEEP - 1) == 0
}

/// The first hit of a memo on a thread, which is still to be counted, and those that sweep, which are.
#[cold]
#[inline(never)]
fn count_hit_slowly(core: &'static Core) {
    if thread::with(|thread| own_place(thread, core)).is_some() {
        sweep::after_hits();
    } else {
        count_first(core, Count::Hits, 1);
    }
}

/// Counts, and returns what this thread has counted so far (1 on a thread that is ending).
#[inline(always)]
pub(crate) fn count(core: &'static Core, what: Count, n: u64) -> u64 {
    if cfg!(memo_uncounted) && matches!(what, Count::Hits) {
        return 1;
    }
    let thread = thread::here();
    match own_place(&thread, core) {
        // SAFETY: found just now.
        Some(place) => unsafe { add_at(&thread, place, what, n) },
        None => count_first(core, what, n),
    }
}

/// Where this thread counts for `core`, if it did so before.
#[inline(always)]
pub(crate) fn own_place(thread: &thread::Thread, core: &'static Core) -> Option<usize> {
    // In bytes on both sides: a hit has no time for a shift.
    let offset = core.counters_offset();
    if offset < thread.counters_end.get() { Some(offset) } else { None }
}

/// Counts, as [`count`].
///
/// # Safety
/// `place` is of this thread's counters as they are now.
#[inline(always)]
pub(crate) unsafe fn add_at(thread: &thread::Thread, place: usize, what: Count, n: u64) -> u64 {
    // SAFETY: the array has `counters_end` bytes, and this thread alone replaces it (invariant 1).
    let at = unsafe { thread.counters.get().byte_add(place) };
    // SAFETY: as above; the block is initialised.
    unsafe { &*at }.add_own(what, n)
}

#[cold]
fn count_first(core: &'static Core, what: Count, n: u64) -> u64 {
    let index = core.register();
    let grown = thread::with(|thread| {
        if !thread.arm() {
            return false;
        }
        // Who has counters is seen by others, so that a hit asks once.
        #[cfg(not(memo_loom))]
        thread.reader();
        grow(thread, index + 1);
        true
    });
    if grown {
        return count(core, what, n);
    }
    let n = if what == Count::Dropped { n - thread::with(|thread| thread.take_back_leaked(core, n)) } else { n };
    core.gone().add_shared(what, n);
    1
}

fn grow(thread: &thread::Thread, at_least: u32) {
    let blocks: Vec<Block> = {
        let len = at_least.next_power_of_two().max(16);
        std::iter::repeat_with(Block::new).take(len as usize).collect()
    };
    let blocks = Box::leak(blocks.into_boxed_slice());
    let old = Share { blocks: thread.counters.get(), len: thread.counters_len.get() };
    let new = Share { blocks: blocks.as_mut_ptr(), len: blocks.len() as u32 };
    let mut all = all();
    for (index, block) in blocks.iter().enumerate().take(old.len as usize) {
        for what in READ_ORDER {
            // SAFETY: `index < old.len`, and the old array stands until it is freed below.
            let was = unsafe { old.block(index) }.read(what);
            block.0[what as usize].store(was, Ordering::Relaxed);
        }
    }
    match all.iter_mut().find(|share| share.blocks == old.blocks && !old.blocks.is_null()) {
        Some(share) => *share = new,
        None => all.push(new),
    }
    thread.counters.set(new.blocks);
    thread.counters_len.set(new.len);
    thread.counters_end.set(new.len as usize * size_of::<Block>());
    free(old);
}

fn free(share: Share) {
    if !share.blocks.is_null() {
        let slice = std::ptr::slice_from_raw_parts_mut(share.blocks, share.len as usize);
        // SAFETY: the array came from a leaked box of this length, and it is in no list any more.
        drop(unsafe { Box::from_raw(slice) });
    }
}

/// Folds this thread's counts into the memos'. Runs when the thread ends.
pub(crate) fn close() {
    thread::with(|thread| {
        let share = Share { blocks: thread.counters.get(), len: thread.counters_len.get() };
        if share.blocks.is_null() {
            return;
        }
        thread.counters_len.set(0);
        thread.counters_end.set(0);
        thread.counters.set(std::ptr::null_mut());
        // The registry's lock before ours, as everywhere.
        let memos = crate::inspect::memos::all();
        let mut all = all();
        for (core, index) in memos.iter().zip(0..share.len) {
            for what in READ_ORDER {
                // SAFETY: `index < share.len`, freed below only.
                let n = unsafe { share.block(index as usize) }.read(what);
                if n != 0 {
                    core.gone().add_shared(what, n);
                }
            }
        }
        all.retain(|other| other.blocks != share.blocks);
        drop(all);
        free(share);
    });
}

/// Hits of this thread that were too few, memo by memo, to sweep.
pub(crate) fn hits_not_swept_for() -> u64 {
    thread::with(|thread| {
        let share = Share { blocks: thread.counters.get(), len: thread.counters_len.get() };
        // SAFETY: the array is this thread's own.
        let hits = |index| unsafe { share.block(index as usize) }.read(Count::Hits) % sweep::HITS_PER_SWEEP;
        (0..share.len).map(hits).sum()
    })
}

/// The counts of `core` over all threads, gone ones included.
pub(crate) fn sum(core: &'static Core) -> Sums {
    let index = core.index();
    let all = all();
    let mut sums = Sums::default();
    for what in READ_ORDER {
        let mut total = core.gone().read(what);
        for share in all.iter().filter(|share| index < share.len) {
            // SAFETY: invariant 1, the lock is held and `index < len`.
            total += unsafe { share.block(index as usize) }.read(what);
        }
        sums.0[what as usize] = total;
    }
    sums
}

/// How many threads have called `core`; those that have gone are one.
pub(crate) fn users(core: &'static Core) -> usize {
    let index = core.index();
    let called = |block: &Block| block.read(Count::Misses) > 0 || block.read(Count::Hits) > 0;
    let all = all();
    let running = all.iter().filter(|share| index < share.len).filter(|share| {
        // SAFETY: as in `sum`.
        called(unsafe { share.block(index as usize) })
    });
    running.count() + usize::from(called(core.gone()))
}

/// One count of `core` on this thread; 0 where it has none.
#[inline]
pub(crate) fn own(core: &'static Core, what: Count) -> u64 {
    thread::with(|thread| {
        if core.index() < thread.counters_len.get() {
            let share = Share { blocks: thread.counters.get(), len: thread.counters_len.get() };
            // SAFETY: `index < len`, and the array is this thread's own.
            unsafe { share.block(core.index() as usize) }.read(what)
        } else {
            0
        }
    })
}
