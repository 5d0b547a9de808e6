//! What the figures of a memo mean.

use std::fmt;
use std::time::Duration;

use crate::inspect::statistics::stats::Stats;

/// What the figures of a memo say about it, in words: see [`MemoInfo::verdicts`](crate::MemoInfo::verdicts). From the worst to the least bad.
///
/// Each has its rule. But for the first, none is pronounced on fewer than 100 computes, or waits. They look at a memo's whole life: after a change of the program, compare two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Verdict {
    /// A result holds its own argument, so that neither ever goes: `suspected_leaks` is above 0, whatever the number of calls.
    ///
    /// Return an id, a copy or a `Weak`.
    HoldsItsArgument,
    /// At most one call in ten got a result that it had not to compute, and nine results in ten went with their objects.
    ///
    /// Remove the memo; or share the objects, as by [`Interner`](crate::weak::Interner), instead of making them anew.
    ObjectsDieFirst,
    /// No call got a result that it had not to compute, for another reason than that: the key differs each time, or results are not stored.
    ///
    /// Leave out of the key what does not matter (`#[memo(skip)]`, `#[memo(key = ..)]`), or remove the memo.
    NeverHit,
    /// One miss in ten, and 100 at least, asked for a result that had been evicted: [`evicted_early`](Stats::evicted_early).
    ///
    /// Raise `capacity`.
    EvictsEarly,
    /// A compute takes less than 50 ns on average: what a hit through an `Arc` and an extra key may take, with what surrounds it. (Not said where more than one in
    /// ten was not stored: one that is dropped or panics is not timed.)
    ///
    /// Remove the memo. In an unoptimised build a body is slower, and a hit, too: judge an optimised one.
    CheaperThanAHit,
    /// Calls waited for others more often than they computed, and 100 times at least: many ask at once for what is missing.
    ///
    /// Nothing, where a compute is dear; else warm it up, or let callers compute side by side (`single_flight = false`).
    WaitsMoreThanItComputes,
}

/// So many at least are judged.
const EVIDENCE: u64 = 100;

/// A body that takes less is cheaper than what a hit may take.
const CHEAP: Duration = Duration::from_nanos(50);

impl Verdict {
    /// All of them, the worst first.
    pub const ALL: &[Self] = &[
        Self::HoldsItsArgument,
        Self::ObjectsDieFirst,
        Self::NeverHit,
        Self::EvictsEarly,
        Self::CheaperThanAHit,
        Self::WaitsMoreThanItComputes,
    ];

    /// Returns the verdicts on these statistics, the worst first.
    ///
    /// # Examples
    ///
    /// ```
    /// use memo_core::{Verdict, weak_memo};
    /// use std::sync::Arc;
    ///
    /// #[weak_memo]
    /// fn words(text: &Arc<String>) -> usize {
    ///     text.split(' ').count()
    /// }
    ///
    /// // Each is asked once.
    /// (0..200).for_each(|n| _ = words(&Arc::new(n.to_string())));
    /// assert_eq!(Verdict::of(&words_memo().stats())[0], Verdict::ObjectsDieFirst);
    /// ```
    #[must_use]
    pub fn of(stats: &Stats) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|verdict| verdict.holds(stats)).collect()
    }

    /// Returns what to do, in short: a sentence.
    ///
    /// ```
    /// assert_eq!(memo_core::Verdict::EvictsEarly.advice(), "Raise its capacity.");
    /// ```
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::HoldsItsArgument => "Return an id, a copy or a `Weak`.",
            Self::ObjectsDieFirst => "Remove the memo; or share the objects instead of making them anew.",
            Self::NeverHit => "Leave out of the key what does not matter, or remove the memo.",
            Self::EvictsEarly => "Raise its capacity.",
            Self::CheaperThanAHit => "Remove the memo, if an optimised build says the same.",
            Self::WaitsMoreThanItComputes => {
                "Nothing, where a compute is dear; else warm it up, or let callers compute side by side."
            }
        }
    }

    fn holds(self, stats: &Stats) -> bool {
        let calls = stats.hits.saturating_add(stats.misses);
        // Hits, and those who waited for another call's compute.
        let served = calls.saturating_sub(stats.computes);
        let went = stats.dropped.saturating_add(stats.awaiting_sweep);
        let enough = stats.computes >= EVIDENCE;
        let objects_die = enough && served <= calls / 10 && went >= stats.computes - stats.computes / 10;
        match self {
            Self::HoldsItsArgument => stats.suspected_leaks > 0,
            Self::ObjectsDieFirst => objects_die,
            Self::NeverHit => enough && served == 0 && !objects_die,
            Self::EvictsEarly => stats.evicted_early >= EVIDENCE.max(stats.misses / 10),
            Self::CheaperThanAHit => {
                let is_timed = stats.rejected <= stats.computes / 10;
                enough && is_timed && (Duration::from_nanos(1)..CHEAP).contains(&stats.mean_compute_time())
            }
            Self::WaitsMoreThanItComputes => stats.waits >= EVIDENCE && stats.waits > stats.computes,
        }
    }
}

/// A part of a sentence whose subject is the memo.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HoldsItsArgument => "its results hold their own argument, so that neither ever goes",
            Self::ObjectsDieFirst => "its objects die before a result is asked for again",
            Self::NeverHit => "it is never hit",
            Self::EvictsEarly => "it evicts what is asked for again",
            Self::CheaperThanAHit => "its body costs less than a hit",
            Self::WaitsMoreThanItComputes => "its callers wait more often than they compute",
        })
    }
}
