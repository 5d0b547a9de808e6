//! The figures of a memo, and one set of counters.
//!
//! Removals are counted with `Release` and read first, with `Acquire`. An entry's insertion was counted before. So a snapshot never
//! shows more removals than insertions.

use crate::sys::sync::plain::{AtomicU64, Ordering};

/// A figure of a memo.
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
    Expired,
    Cleared,
    Replaced,
    Rejected,
    Abandoned,
    ComputeNanos,
}

const COUNTS: usize = 13;

/// The order of reading: removals before insertions (invariant 3).
pub(crate) const READ_ORDER: [Count; COUNTS] = [
    Count::Dropped,
    Count::Evicted,
    Count::Expired,
    Count::Cleared,
    Count::Replaced,
    Count::Rejected,
    Count::Abandoned,
    Count::Computes,
    Count::Inserts,
    Count::Hits,
    Count::Misses,
    Count::Waits,
    Count::ComputeNanos,
];

/// The counters of one memo: a thread's share, or that of all ended threads. Two cache lines of its own.
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

    /// Sets a counter that is not shared yet.
    pub(crate) fn set_new(&self, what: Count, n: u64) {
        self.0[what as usize].store(n, Ordering::Relaxed);
    }

    pub(crate) fn add_shared(&self, what: Count, n: u64) {
        self.0[what as usize].fetch_add(n, Ordering::Release);
    }

    #[inline]
    pub(crate) fn read(&self, what: Count) -> u64 {
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

    pub(crate) fn set(&mut self, what: Count, n: u64) {
        self.0[what as usize] = n;
    }

    pub(crate) fn add(&mut self, what: Count, n: u64) {
        self.0[what as usize] += n;
    }

    /// Results that are stored and not yet reclaimed.
    pub(crate) fn entries(&self) -> u64 {
        let came = self.get(Count::Computes) + self.get(Count::Inserts);
        let gone = [
            Count::Dropped,
            Count::Evicted,
            Count::Expired,
            Count::Cleared,
            Count::Replaced,
            Count::Rejected,
            Count::Abandoned,
        ];
        came.saturating_sub(gone.into_iter().map(|what| self.get(what)).sum())
    }
}
