//! The statistics of a memo.

use std::fmt;
use std::time::Duration;

use crate::inspect::statistics::awaiting::Awaiting;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::{Count, Sums};

/// A snapshot of a memo's counters.
///
/// The counters are kept per thread, and summed when read, including those of ended threads. They only grow, so two snapshots can be
/// subtracted, except for the gauges `entries`, `awaiting_sweep`, `suspected_leaks`, `pinned_bytes`, `entry_bytes` and `value_bytes`, and for `own_time`. When no call is in flight,
///
/// ```text
/// computes + inserts = entries + dropped + evicted + expired + cleared + replaced + rejected + abandoned
/// entries = living() + awaiting_sweep
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
/// assert_eq!((stats.hits, stats.misses, stats.living()), (1, 1, 1));
/// assert_eq!(stats.hit_ratio(), 0.5);
///
/// drop(text);
/// let stats = len_memo().stats();
/// assert_eq!((stats.living(), stats.awaiting_sweep), (0, 1));
/// memo_core::sweep();
/// let stats = len_memo().stats();
/// assert_eq!((stats.entries, stats.dropped), (0, 1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Stats {
    /// Calls that found their result. A call whose `Clone` panicked is neither a hit nor a miss.
    pub hits: u64,
    /// Calls that did not find their result: they computed it, or waited for another call's compute.
    pub misses: u64,
    /// Bodies that ran: to the end, to a panic, or until their future was dropped. `refresh` counts, `compute` does not.
    pub computes: u64,
    /// How often a call waited for another call's compute. One call waits several times if what it waits for fails.
    pub waits: u64,
    /// Results stored by `insert`.
    pub inserts: u64,
    /// Results stored and not yet reclaimed: the [`living`](Stats::living) ones and those of `awaiting_sweep`.
    pub entries: u64,
    /// Results of dead `Arc`s and `Rc`s, which no call finds and whose memory no sweep has reclaimed yet. They are part of `entries`.
    ///
    /// Results of objects with an anchor inside are reclaimed at once. For `Rc`s and `local` memos only those of this thread count. If there
    /// are many objects in the side table, or many results of dead ones, a handle's `stats()` estimates this from a sample; [`memos`](crate::memos)
    /// counts all.
    pub awaiting_sweep: u64,
    /// Results dropped because an argument object died. A result that awaits the sweep is not dropped yet.
    pub dropped: u64,
    /// Results evicted for `capacity`.
    pub evicted: u64,
    /// Misses whose result had been evicted: a larger `capacity` would have saved them.
    ///
    /// Of each object with more results than that, some of the last evicted ones are known (4 bytes for each result of the capacity, up to 16 KiB), so
    /// that these are the least that there were. Those of
    /// memos with `ttl` or `idle` are not counted, which might have expired meanwhile.
    pub evicted_early: u64,
    /// Results of memos with `ttl` or `idle` that expired and were found by a call or a sweep.
    pub expired: u64,
    /// Results removed by `clear`, `forget`, `clear_all` or `&mut` access to their object.
    pub cleared: u64,
    /// Results replaced by `insert`, `refresh`, `renew`, `replace`, or the computation of a stale result.
    pub replaced: u64,
    /// Computes whose result was not stored: an `Err`, a value refused by `cache_if`, a result overtaken by `clear`, or a panic.
    pub rejected: u64,
    /// Results left behind by a thread that ended while their `Rc`s lived.
    pub abandoned: u64,
    /// Living arguments that a result seems to hold.
    ///
    /// A result that holds its owner can never be dropped. One that holds another argument keeps it alive as long as the owner lives.
    ///
    /// Such a result is detected by the strong count, which rises when the result is stored. If one thread calls the memo, it is reported
    /// at once. If several threads call it, or only some results raised the count, it is reported when the argument has no other strong
    /// handle left: until then, clones made elsewhere look the same. Once a suspected argument has died with its result, suspicions of that
    /// kind are dropped forever. Results that own plain data (numbers, a `String`, a `Vec<u8>`) are never suspected. At most 2048 owners of a
    /// memo are watched, and as many other arguments; for `Rc`s and `local` memos only those of this thread.
    pub suspected_leaks: u64,
    /// Bytes of dead arguments awaiting the sweep.
    ///
    /// A `Weak` keeps the allocation of an `Arc`, though not its contents; its two counts are not included here. Counted or estimated as `awaiting_sweep` is.
    pub pinned_bytes: u64,
    /// Bytes of the results themselves, with their keys and links: `entries` times what one takes. What they own on the heap is not among them, nor
    /// are the cells and tables that they lie in.
    pub entry_bytes: u64,
    /// Bytes that the results own on the heap, if it was said how to [measure](crate::Memo::measure) them: estimated from a sample.
    pub value_bytes: Option<u64>,
    /// Estimated time spent in bodies, including all that they call, such as other memos.
    ///
    /// The first 64 computes of each thread are timed, then one in 64, scaled. That of an `async fn` is timed from its first poll to its end, however
    /// long it was parked; one that was dropped is not timed. Zero on `wasm32-unknown-unknown`, which has no clock.
    pub compute_time: Duration,
    /// The same without the bodies of memos that these bodies call: unlike `compute_time`, it adds up over memos.
    ///
    /// Estimated from the same sample, with what is nested in it: as long as a body runs, what it calls is taken off already, so this may shrink for a
    /// while. Memos that are `async` are not left out, since a body may await several at a time.
    pub own_time: Duration,
}

impl Stats {
    pub(crate) fn new(core: &Core, sums: &Sums, awaiting: Awaiting, suspected_leaks: u64) -> Self {
        let entries = sums.entries();
        Self {
            hits: sums.get(Count::Hits),
            misses: sums.get(Count::Misses),
            computes: sums.get(Count::Computes),
            waits: sums.get(Count::Waits),
            inserts: sums.get(Count::Inserts),
            entries,
            // An estimate, or a figure of another moment, may be higher.
            awaiting_sweep: awaiting.results.min(entries),
            dropped: sums.get(Count::Dropped),
            evicted: sums.get(Count::Evicted),
            evicted_early: sums.get(Count::EvictedEarly),
            expired: sums.get(Count::Expired),
            cleared: sums.get(Count::Cleared),
            replaced: sums.get(Count::Replaced),
            rejected: sums.get(Count::Rejected),
            abandoned: sums.get(Count::Abandoned),
            suspected_leaks,
            pinned_bytes: awaiting.bytes,
            entry_bytes: entries.saturating_mul(core.entry_size() as u64),
            value_bytes: core.value_bytes().of(entries),
            compute_time: Duration::from_nanos(sums.get(Count::ComputeNanos)),
            // Both are estimates.
            own_time: Duration::from_nanos(sums.get(Count::ComputeNanos).saturating_sub(sums.get(Count::NestedNanos))),
        }
    }

    /// Returns the number of results that calls can find: `entries` without those of `awaiting_sweep`.
    ///
    /// It is what [`Memo::len`](crate::Memo::len) counts, as exactly as `awaiting_sweep`. For `Rc` owners and `local` memos `entries` is of all
    /// threads, and the others of this thread: what this returns then includes the results of other threads, living or dead.
    ///
    /// ```
    /// assert_eq!(memo_core::Stats::default().living(), 0);
    /// ```
    #[must_use]
    pub fn living(&self) -> u64 {
        self.entries.saturating_sub(self.awaiting_sweep)
    }

    /// Returns hits divided by calls, from 0 to 1; 0 before the first call.
    ///
    /// ```
    /// assert_eq!(memo_core::Stats::default().hit_ratio(), 0.0);
    /// ```
    #[must_use]
    pub fn hit_ratio(&self) -> f64 {
        let calls = self.hits + self.misses;
        if calls == 0 { 0.0 } else { self.hits as f64 / calls as f64 }
    }

    /// Returns the average time of one compute; zero before the first. An estimate, like `compute_time`.
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

    /// Returns hits times the mean time of a compute: how much longer the same calls would have taken without the memo.
    ///
    /// It is not real time. A program makes many calls because they are cheap: 20 million hits on a body of 5 ms amount to 100,000 s
    /// here, and nobody would have waited that long. Nor can it be added up over memos: if a body calls another memo, that time is in
    /// both (that of [`own_time`](Stats::own_time) is not). Use it to compare two states of one memo.
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

/// One line with the main figures, and those of the rarer ones that are not 0.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {} ({:.1} % hits), {} in {:.1?}, {}",
            Counted(self.hits, "hit", "hits"),
            Counted(self.misses, "miss", "misses"),
            self.hit_ratio() * 100.0,
            Counted(self.computes, "compute", "computes"),
            self.compute_time,
            Counted(self.living(), "living result", "living results"),
        )?;
        self.awaiting(f)?;
        let rare = [
            Counted(self.dropped, "dropped", "dropped"),
            Counted(self.waits, "wait", "waits"),
            Counted(self.inserts, "insert", "inserts"),
            Counted(self.evicted, "evicted", "evicted"),
            Counted(self.evicted_early, "of them asked for again", "of them asked for again"),
            Counted(self.expired, "expired", "expired"),
            Counted(self.cleared, "cleared", "cleared"),
            Counted(self.replaced, "replaced", "replaced"),
            Counted(self.rejected, "rejected", "rejected"),
            Counted(self.abandoned, "abandoned", "abandoned"),
            Counted(
                self.suspected_leaks,
                "argument seems held by its own result",
                "arguments seem held by their own result",
            ),
        ];
        rare.iter().filter(|counted| counted.0 > 0).try_for_each(|counted| write!(f, ", {counted}"))
    }
}

impl Stats {
    /// Writes what awaits the sweep. Memory may be left where there are no results: they were cleared, or evicted.
    fn awaiting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = Counted(self.pinned_bytes, "byte", "bytes");
        match (self.awaiting_sweep, self.pinned_bytes) {
            (0, 0) => Ok(()),
            (0, _) => write!(f, ", {bytes} awaiting the sweep"),
            (results, 0) => write!(f, ", {results} awaiting the sweep"),
            (results, _) => write!(f, ", {results} awaiting the sweep ({bytes})"),
        }
    }
}

/// A number with its noun, in the singular or the plural.
pub(in crate::inspect) struct Counted(
    pub(in crate::inspect) u64,
    pub(in crate::inspect) &'static str,
    pub(in crate::inspect) &'static str,
);

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let &Self(n, one, many) = self;
        write!(f, "{n} {}", if n == 1 { one } else { many })
    }
}
