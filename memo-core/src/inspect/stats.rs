//! The statistics of a memo.

use std::fmt;
use std::time::Duration;

use crate::memo::counter_block::{Count, Sums};

/// What a memo has done so far: a snapshot of its counters.
///
/// The counters are kept per thread and summed on reading, including those of ended threads. They only grow (except
/// `entries`, `retained` and `pinned_bytes`, which are gauges), so two snapshots can be subtracted. At rest, that is with no call in
/// flight,
///
/// ```text
/// computes + inserts = entries + dropped + evicted + expired + cleared + replaced + rejected + leaked
/// ```
///
/// # Examples
///
/// ```
/// use memo_core::weak_memo;
/// use std::sync::Arc;
///
/// #[weak_memo]
/// fn len(text: &Arc<String>) -> usize {
///     text.len()
/// }
///
/// let text = Arc::new(String::from("weak"));
/// len(&text);
/// len(&text);
/// let stats = len_memo().stats();
/// assert_eq!((stats.hits, stats.misses, stats.entries), (1, 1, 1));
/// assert_eq!(stats.hit_ratio(), 0.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Stats {
    /// Calls that found and returned their result; one whose `Clone` panicked is neither a hit nor a miss.
    pub hits: u64,
    /// Calls that did not: they computed, or waited for another call's compute.
    pub misses: u64,
    /// Bodies run to their end, also by a panic; `refresh` counts, `compute` does not.
    pub computes: u64,
    /// Calls that waited for another call's compute.
    pub waits: u64,
    /// Results stored by `insert`.
    pub inserts: u64,
    /// Results stored and not yet reclaimed. A result whose `Arc` is dead but not swept counts here, not in `len()`.
    pub entries: u64,
    /// Results dropped because an argument object died.
    pub dropped: u64,
    /// Results evicted to make room for others (`capacity`).
    pub evicted: u64,
    /// Results that were too old. Always 0: there is no `ttl` yet.
    pub expired: u64,
    /// Results removed by `clear`, `forget`, `clear_all` or `&mut` access to their object.
    pub cleared: u64,
    /// Results that `insert` or `refresh` replaced.
    pub replaced: u64,
    /// Results computed and not stored: an `Err`, refused by `cache_if`, overtaken by `clear`, or a panic.
    pub rejected: u64,
    /// Results of `Rc`s that outlived their thread.
    pub leaked: u64,
    /// Living arguments that a result seems to hold: one that holds its owner can never be dropped, and one that holds another
    /// argument keeps it as long as the owner lives.
    ///
    /// Detected by the strong count, which rises when such a result is stored. A memo of one thread is reported at once; one that
    /// several threads call, or of which only some results raised the count, when an argument has no other owner left, since
    /// clones made elsewhere look the same until then. Once a suspected argument has died with its result, suspicions of that
    /// kind are dropped forever. Results that own plain data (numbers, a `String`, a `Vec<u8>`) are never suspected. At most
    /// 2048 owners of a memo are watched, as many other arguments, and for `Rc`s and `local` memos only those of this thread.
    pub retained: u64,
    /// Bytes of dead arguments that wait for a sweep. A `Weak` keeps the allocation of an `Arc` (not its contents). If the side table has
    /// many objects, a handle's `stats()` estimates this from a sample; [`memos`](crate::memos) counts all.
    pub pinned_bytes: u64,
    /// Estimated time spent in bodies: the first 64 computes of each thread are timed, then one in 64, scaled. It includes all that a
    /// body calls, also other memos. Zero on `wasm32-unknown-unknown`, which has no clock.
    pub compute_time: Duration,
}

impl Stats {
    pub(crate) fn new(sums: &Sums, pinned_bytes: u64, retained: u64) -> Self {
        Self {
            hits: sums.get(Count::Hits),
            misses: sums.get(Count::Misses),
            computes: sums.get(Count::Computes),
            waits: sums.get(Count::Waits),
            inserts: sums.get(Count::Inserts),
            entries: sums.entries(),
            dropped: sums.get(Count::Dropped),
            evicted: sums.get(Count::Evicted),
            expired: 0,
            cleared: sums.get(Count::Cleared),
            replaced: sums.get(Count::Replaced),
            rejected: sums.get(Count::Rejected),
            leaked: sums.get(Count::Leaked),
            retained,
            pinned_bytes,
            compute_time: Duration::from_nanos(sums.get(Count::ComputeNanos)),
        }
    }

    /// Hits over calls, from 0 to 1; 0 before the first call.
    ///
    /// ```
    /// assert_eq!(memo_core::Stats::default().hit_ratio(), 0.0);
    /// ```
    #[must_use]
    pub fn hit_ratio(&self) -> f64 {
        let calls = self.hits + self.misses;
        if calls == 0 { 0.0 } else { self.hits as f64 / calls as f64 }
    }

    /// The average time of one compute; zero before the first. An estimate, like `compute_time`.
    ///
    /// ```
    /// assert_eq!(memo_core::Stats::default().mean_compute_time(), std::time::Duration::ZERO);
    /// ```
    #[must_use]
    pub fn mean_compute_time(&self) -> Duration {
        if self.computes == 0 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(self.compute_time.as_secs_f64() / self.computes as f64).unwrap_or(Duration::MAX)
    }

    /// Hits times the mean time of a compute: how much longer the same calls would have taken without a memo.
    ///
    /// It is not real time. A program makes many calls because they are cheap: 20 million hits in a loop on a body of 5 ms are
    /// 100,000 s here, and nobody would have waited for them. Nor does it add up over memos: if a body calls another memo, that
    /// time is in both. It is good for comparing two states of one memo.
    ///
    /// ```
    /// assert_eq!(memo_core::Stats::default().time_saved(), std::time::Duration::ZERO);
    /// ```
    #[must_use]
    pub fn time_saved(&self) -> Duration {
        let seconds = self.mean_compute_time().as_secs_f64() * self.hits as f64;
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

/// One line: the main figures, and the rarer ones if they are not 0.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} hits, {} misses ({:.1} % hits), {} computes in {:.1?}, {} entries, {} dropped",
            self.hits,
            self.misses,
            self.hit_ratio() * 100.0,
            self.computes,
            self.compute_time,
            self.entries,
            self.dropped,
        )?;
        let rare = [
            (self.waits, "waits"),
            (self.inserts, "inserts"),
            (self.evicted, "evicted"),
            (self.expired, "expired"),
            (self.cleared, "cleared"),
            (self.replaced, "replaced"),
            (self.rejected, "rejected"),
            (self.leaked, "leaked"),
            (self.retained, "arguments seem held by their own result"),
            (self.pinned_bytes, "bytes pinned"),
        ];
        rare.iter().filter(|(n, _)| *n > 0).try_for_each(|(n, what)| write!(f, ", {n} {what}"))
    }
}
