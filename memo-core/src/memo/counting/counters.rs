//! Counters that cost a hit one addition in memory: each thread has its own, and snapshots sum them.
//!
//! # Invariants
//!
//! 1. A thread's array is written only by that thread, with plain atomic stores (no read-modify-write). It is moved and
//!    removed from the list only under the lock of [`ALL`], and freed after that. Other threads read it only under that lock.
//! 2. When a thread ends, its counts are folded into the memos' own (`gone`) and its array leaves the list, in one
//!    step under the lock. A snapshot includes them exactly once, so sums never decrease.
//! 3. Removals are read before insertions: see [`count`](super::counter_block).
//! 4. A thread that has counters has a listed reader, and a copy of the seed of keys' hashes. And where it `looks`, [`fence::hazard`] is the
//!    fence that its reader needs. So a hit checks one word for all four.
//! 5. A thread that is [watched](super::watch) has counters, but says that it has none: each count then goes through [`count_first`], which
//!    tells the watch. So the same word is all that a hit checks for that, too.

use std::cell::Cell;
use std::hash::Hasher;

use super::counter_block::{Count, READ_ORDER, Share, Sums};
use super::{abandoned_with_table, watch};
use crate::memo::all_memos;
use crate::memo::core::Core;
use crate::memo::key_seed::Seed;
use crate::sys::fence;
use crate::sys::hazard::own;
use crate::sys::hazard::registry::Reader;
use crate::sys::per_thread::per_thread;
use crate::sys::sync::plain::{Mutex, MutexGuard};
use crate::sys::sync::unpoisoned;
use crate::sys::thread::{self, Step};

/// One thread's array, as other threads see it.
#[derive(Clone, Copy)]
struct Shares {
    first: *mut Share,
    len: u32,
}

impl Shares {
    /// # Safety
    /// `index < self.len`, and the array stays valid for `'a`.
    unsafe fn share<'a>(self, index: usize) -> &'a Share {
        // SAFETY: the caller's.
        let at = unsafe { self.first.add(index) };
        // SAFETY: the caller's; all shares are initialised.
        unsafe { &*at }
    }
}

// SAFETY: the pointer is followed only under the lock of `ALL`, where the array stays valid (invariant 1).
unsafe impl Send for Shares {}

static ALL: Mutex<Vec<Shares>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Shares>> {
    unpoisoned(ALL.lock())
}

/// Of this many hits of a thread one is due.
pub(crate) const PERIOD: i32 = 4096;

per_thread! {
    /// This thread's counters, one share for each memo.
    pub(crate) struct Counters {
        shares: Cell<*mut Share> = Cell::new(std::ptr::null_mut()),
        len: Cell<u32> = Cell::new(0),
        /// The same in bytes, unless this thread is watched.
        end: Cell<usize> = Cell::new(0),
        /// The same, unless this thread needs a full fence before it looks into the side table, and may not [look](LooksHere).
        looks: Cell<usize> = Cell::new(0),
        /// Hits before one is [due](CountsHere::hit). Negative from that one until the next period begins: hits that are nested in it are
        /// due, too, and so is the next one if it does not come to its end, since a destructor panics.
        before_due: Cell<i32> = Cell::new(PERIOD - 1),
        /// Whether a [watch](super::watch) is to be told what is counted.
        watched: Cell<bool> = Cell::new(false),
        /// This thread's reader, listed from before the first counters until after the last. A hit needs both, and so checks
        /// only one place.
        reader: Cell<Option<&'static Reader>> = Cell::new(None),
        /// Set before the first counters, and never taken back.
        seed: Cell<Option<Seed>> = Cell::new(None),
    }
}

impl Counters {
    fn shares(&self) -> Shares {
        Shares { first: self.shares.get(), len: self.len.get() }
    }

    fn set(&self, shares: Shares) {
        self.shares.set(shares.first);
        self.len.set(shares.len);
        self.open();
    }

    /// Says how many counters there are to those that count without asking who else wants to know.
    fn open(&self) {
        let end = if self.watched.get() { 0 } else { self.len.get() as usize * size_of::<Share>() };
        self.end.set(end);
        self.looks.set(if end > 0 && fence::is_known() { end } else { 0 });
    }

    /// From now on, tells the [watch](super::watch) of this thread what is counted, or no longer.
    pub(super) fn be_watched(&self, watched: bool) {
        self.watched.set(watched);
        self.open();
    }

    /// `core`'s counters on this thread, if there are any.
    #[inline(always)]
    pub(crate) fn of(&self, core: &'static Core) -> Option<CountsHere<'_>> {
        self.place(core).map(|place| CountsHere { counters: self, place })
    }

    /// The same on a thread that may look into the side table.
    #[inline(always)]
    pub(crate) fn looking(&self, core: &'static Core) -> Option<LooksHere<'_>> {
        let place = core.counters_offset();
        if place < self.looks.get() { Some(LooksHere(CountsHere { counters: self, place })) } else { None }
    }

    /// The place of `core`'s counters on this thread, if there are any.
    #[inline(always)]
    pub(crate) fn place(&self, core: &'static Core) -> Option<usize> {
        // In bytes on both sides, which saves a hit the shift.
        let offset = core.counters_offset();
        if offset < self.end.get() { Some(offset) } else { None }
    }

    /// `core`'s counters, asked for again: which costs a hit less than to keep them in a register.
    ///
    /// # Safety
    /// This thread has counters of `core`.
    #[inline(always)]
    pub(crate) unsafe fn again(&self, core: &'static Core) -> CountsHere<'_> {
        let place = core.counters_offset();
        debug_assert!(place < self.end.get(), "it has");
        CountsHere { counters: self, place }
    }

    /// This thread's reader.
    ///
    /// # Safety
    /// This thread has counters.
    #[inline(always)]
    pub(crate) unsafe fn reader(&self) -> &'static Reader {
        let reader = self.reader.get();
        debug_assert!(reader.is_some(), "a thread with counters is on the list");
        // SAFETY: the caller's; see the field.
        unsafe { reader.unwrap_unchecked() }
    }

    /// The seed of keys' hashes.
    ///
    /// # Safety
    /// This thread has counters.
    #[inline(always)]
    unsafe fn seed(&self) -> &Seed {
        // SAFETY: only this thread has access, and sets it only while it has no counters.
        let seed = unsafe { &*self.seed.as_ptr() };
        // SAFETY: the caller's.
        unsafe { seed.as_ref().unwrap_unchecked() }
    }

    /// # Safety
    /// `place` is in this thread's counters as they are now.
    #[inline(always)]
    unsafe fn share_at(&self, place: usize) -> &Share {
        // SAFETY: the array is at least as long, and only this thread replaces it (invariant 1).
        let at = unsafe { self.shares.get().byte_add(place) };
        // SAFETY: as above; the share is initialised.
        unsafe { &*at }
    }

    /// After a hit that was due.
    pub(crate) fn begin_period(&self) {
        self.before_due.set(PERIOD - 1);
    }

    /// Takes the hits since the last one that was due.
    pub(crate) fn take_rest(&self) -> u64 {
        u64::from((PERIOD - 1 - self.before_due.replace(PERIOD - 1)).unsigned_abs())
    }
}

/// A memo's counters on this thread, which therefore has a listed reader. Growing moves them, but they keep their place; they are
/// freed when the thread ends, which no call outlives.
#[derive(Clone, Copy)]
pub(crate) struct CountsHere<'a> {
    counters: &'a Counters,
    place: usize,
}

impl CountsHere<'_> {
    /// This thread's reader.
    #[inline(always)]
    pub(crate) fn reader(self) -> &'static Reader {
        // SAFETY: it has counters.
        unsafe { self.counters.reader() }
    }

    /// Counts a hit. Returns whether it is due: one in [`PERIOD`] is, of all memos. It then begins a new period.
    #[inline(always)]
    pub(crate) fn hit(self) -> bool {
        if cfg!(memo_uncounted) {
            return false;
        }
        // SAFETY: see the type.
        unsafe { self.counters.share_at(self.place) }.add_hits(1);
        // Counted down apart from the memo's own: nothing then needs the sum, and each is one addition in memory.
        // And the processor tells a negative difference without a comparison.
        let left = self.counters.before_due.get().wrapping_sub(1);
        self.counters.before_due.set(left);
        left < 0
    }

    /// Whether the last hit was due, unless another has begun the period since.
    #[inline(always)]
    pub(crate) fn is_due(self) -> bool {
        !cfg!(memo_uncounted) && self.counters.before_due.get() < 0
    }
}

/// The same on a thread whose reader may look into the side table after [`fence::hazard`].
#[derive(Clone, Copy)]
pub(crate) struct LooksHere<'a>(pub(crate) CountsHere<'a>);

impl LooksHere<'_> {
    /// This thread's reader.
    #[inline(always)]
    pub(crate) fn reader(self) -> &'static Reader {
        self.0.reader()
    }

    /// Runs `look` while this thread is marked as looking: see [`Reader::look`].
    #[inline(always)]
    pub(crate) fn look<R>(self, look: impl FnOnce() -> R) -> R {
        Reader::look_by(|| self.reader(), fence::hazard, look)
    }

    /// The hasher of keys.
    #[inline(always)]
    pub(crate) fn hasher(self) -> impl Hasher {
        // SAFETY: it has counters.
        unsafe { self.0.counters.seed() }.hasher()
    }
}

/// Counts, and returns what this thread has counted so far (1 on a thread that is ending).
#[inline(always)]
pub(crate) fn count(core: &'static Core, what: Count, n: u64) -> u64 {
    if cfg!(memo_uncounted) && matches!(what, Count::Hits) {
        return 1;
    }
    let counters = Counters::here();
    match counters.place(core) {
        // SAFETY: found just now.
        Some(place) => unsafe { counters.share_at(place) }.add(what, n),
        None => count_first(core, what, n),
    }
}

/// The same on a thread that has no counters of the memo yet, or is watched.
#[cold]
pub(crate) fn count_first(core: &'static Core, what: Count, n: u64) -> u64 {
    let index = all_memos::register(core);
    if Counters::here().watched.get() {
        watch::note(core, what, n);
    }
    if index >= Counters::here().len.get() {
        if !thread::at_end(Step::CloseCounters, close) {
            let n = if what == Count::Dropped { n - abandoned_with_table::take_back(core, n) } else { n };
            core.gone().add_shared(what, n);
            return 1;
        }
        let counters = Counters::here();
        if counters.reader.get().is_none() {
            counters.seed.set(Some(Seed::get().clone()));
        }
        counters.reader.set(own::reader());
        grow(index + 1);
    }
    // SAFETY: `index < len`, and the array is this thread's own.
    unsafe { Counters::here().shares().share(index as usize) }.add(what, n)
}

fn grow(at_least: u32) {
    let shares: Vec<Share> = {
        let len = at_least.next_power_of_two().max(16);
        std::iter::repeat_with(Share::new).take(len as usize).collect()
    };
    let shares = Box::leak(shares.into_boxed_slice());
    let counters = Counters::here();
    let old = counters.shares();
    let new = Shares { first: shares.as_mut_ptr(), len: shares.len() as u32 };
    let mut all = all();
    for (index, share) in shares.iter().enumerate().take(old.len as usize) {
        // SAFETY: `index < old.len`, and the old array stays valid until it is freed below.
        share.take_over(unsafe { old.share(index) });
    }
    match all.iter_mut().find(|shares| shares.first == old.first && !old.first.is_null()) {
        Some(shares) => *shares = new,
        None => all.push(new),
    }
    counters.set(new);
    free(old);
}

fn free(shares: Shares) {
    if !shares.first.is_null() {
        let slice = std::ptr::slice_from_raw_parts_mut(shares.first, shares.len as usize);
        // SAFETY: the array came from a leaked box of this length, and is no longer listed.
        drop(unsafe { Box::from_raw(slice) });
    }
}

/// Folds this thread's counts into the memos'. Runs when the thread ends.
fn close() {
    let counters = Counters::here();
    let shares = counters.shares();
    if shares.first.is_null() {
        return;
    }
    counters.set(Shares { first: std::ptr::null_mut(), len: 0 });
    counters.reader.set(None);
    // The lock of the list before this one, as everywhere.
    let memos = all_memos::all();
    let mut all = all();
    for (core, index) in memos.iter().zip(0..shares.len) {
        for what in READ_ORDER {
            // SAFETY: `index < shares.len`, and it is freed only below.
            let n = unsafe { shares.share(index as usize) }.read(what);
            if n != 0 {
                core.gone().add_shared(what, n);
            }
        }
    }
    all.retain(|other| other.first != shares.first);
    drop(all);
    free(shares);
}

/// The sum over all memos of (this thread's hits modulo `n`).
pub(crate) fn own_hits_modulo(n: u64) -> u64 {
    let shares = Counters::here().shares();
    // SAFETY: the array is this thread's own.
    let hits = |index| unsafe { shares.share(index as usize) }.read(Count::Hits) % n;
    (0..shares.len).map(hits).sum()
}

/// The counts of `core` over all threads, including ended ones.
pub(crate) fn sum(core: &'static Core) -> Sums {
    let index = core.index();
    let all = all();
    let mut sums = Sums::default();
    for what in READ_ORDER {
        let mut total = core.gone().read(what);
        for shares in all.iter().filter(|shares| index < shares.len) {
            // SAFETY: invariant 1, the lock is held and `index < len`.
            total += unsafe { shares.share(index as usize) }.read(what);
        }
        sums.set(what, total);
    }
    sums
}

/// How many threads have called `core`; ended ones count as one.
pub(crate) fn users(core: &'static Core) -> usize {
    let index = core.index();
    let called = |count: &dyn Fn(Count) -> u64| count(Count::Misses) > 0 || count(Count::Hits) > 0;
    let all = all();
    let running = all.iter().filter(|shares| index < shares.len).filter(|shares| {
        // SAFETY: as in `sum`.
        let share = unsafe { shares.share(index as usize) };
        called(&|what| share.read(what))
    });
    running.count() + usize::from(called(&|what| core.gone().read(what)))
}

/// One count of `core` on this thread; 0 if it has none.
#[inline]
pub(crate) fn own(core: &'static Core, what: Count) -> u64 {
    let counters = Counters::here();
    // Not the place: a thread that is watched seems to have none.
    if core.index() >= counters.len.get() {
        return 0;
    }
    // SAFETY: `index < len`.
    unsafe { counters.share_at(core.counters_offset()) }.read(what)
}

/// The counts of `core` on this thread.
pub(crate) fn own_sums(core: &'static Core) -> Sums {
    let mut sums = Sums::default();
    for what in READ_ORDER {
        sums.set(what, own(core, what));
    }
    sums
}
