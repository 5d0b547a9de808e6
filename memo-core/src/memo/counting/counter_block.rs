//! The figures of a memo, and one set of counters.
//!
//! A thread counts its hits of all memos in adjacent words, and the rest in a [`Block`] for each memo that it has missed: most threads miss
//! few memos, and a program may have thousands.
//!
//! Removals are counted with `Release` and read first, with `Acquire`. An entry's insertion was counted before. So a snapshot never
//! shows more removals than insertions.

use crate::sys::sync::plain::{AtomicPtr, AtomicU64, Ordering};

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
    NestedNanos,
    EvictedEarly,
}

const COUNTS: usize = 15;

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
    Count::NestedNanos,
    Count::EvictedEarly,
];

/// The counters of one memo: a thread's share without its hits, or that of all ended threads. Two cache lines of its own.
#[repr(align(128))]
pub(crate) struct Block([AtomicU64; COUNTS]);

/// A thread's counters of one memo.
#[repr(C)]
pub(crate) struct Share {
    hits: AtomicU64,
    /// All other counters: null until the thread counts something else than a hit.
    others: AtomicPtr<Block>,
}

impl Block {
    pub(crate) const fn new() -> Self {
        Self([const { AtomicU64::new(0) }; COUNTS])
    }

    pub(crate) fn add_shared(&self, what: Count, n: u64) {
        self.0[what as usize].fetch_add(n, Ordering::Release);
    }

    #[inline]
    pub(crate) fn read(&self, what: Count) -> u64 {
        self.0[what as usize].load(Ordering::Acquire)
    }
}

/// Adds to a counter that only this thread writes.
#[inline(always)]
fn add_own(counter: &AtomicU64, n: u64) -> u64 {
    let now = counter.load(Ordering::Relaxed).wrapping_add(n);
    counter.store(now, Ordering::Release);
    now
}

/// `add_hits` and `add` are for the share's own thread; the rest, for whoever keeps the share from being freed.
impl Share {
    pub(crate) const fn new() -> Self {
        Self { hits: AtomicU64::new(0), others: AtomicPtr::new(std::ptr::null_mut()) }
    }

    #[inline(always)]
    pub(crate) fn add_hits(&self, n: u64) -> u64 {
        add_own(&self.hits, n)
    }

    #[inline(always)]
    pub(crate) fn add(&self, what: Count, n: u64) -> u64 {
        match what {
            Count::Hits => self.add_hits(n),
            _ => add_own(&self.others().unwrap_or_else(|| self.add_others()).0[what as usize], n),
        }
    }

    #[inline(always)]
    fn others(&self) -> Option<&Block> {
        // SAFETY: null, or from `Box::into_raw`; freed with the share.
        unsafe { self.others.load(Ordering::Acquire).as_ref() }
    }

    #[cold]
    #[inline(never)]
    fn add_others(&self) -> &Block {
        self.others.store(Box::into_raw(Box::new(Block::new())), Ordering::Release);
        self.others().expect("just put there")
    }

    #[inline]
    pub(crate) fn read(&self, what: Count) -> u64 {
        match what {
            Count::Hits => self.hits.load(Ordering::Acquire),
            _ => self.others().map_or(0, |others| others.read(what)),
        }
    }

    /// Takes over the counts of a share that is not used again.
    pub(crate) fn take_over(&self, other: &Self) {
        self.hits.store(other.hits.load(Ordering::Relaxed), Ordering::Release);
        self.others.store(other.others.swap(std::ptr::null_mut(), Ordering::Relaxed), Ordering::Release);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let others = self.others.load(Ordering::Relaxed);
        if !others.is_null() {
            // SAFETY: from `Box::into_raw`, and this is the only share that has it.
            drop(unsafe { Box::from_raw(others) });
        }
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

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_hits_alone_is_two_words() {
        assert_eq!(size_of::<Share>(), 16);
        let (old, new) = (Share::new(), Share::new());
        assert_eq!((old.add_hits(2), old.add(Count::Hits, 3)), (2, 5));
        assert!(old.others().is_none());
        assert_eq!((old.read(Count::Hits), old.read(Count::Misses)), (5, 0));
        old.add(Count::Misses, 7);
        new.take_over(&old);
        drop(old);
        assert_eq!((new.read(Count::Hits), new.read(Count::Misses), new.add(Count::Misses, 1)), (5, 7, 8));
    }
}
