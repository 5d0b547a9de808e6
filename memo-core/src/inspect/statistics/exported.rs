//! What exporters are given: memos by name, up to some number.

use std::collections::HashMap;

#[cfg(feature = "metrics")]
use crate::inspect::any_memo::AnyMemo;
use crate::inspect::in_flight::in_flight;
use crate::inspect::statistics::memos::memos_estimated;
use crate::inspect::statistics::stats::Stats;

/// So many memos have series of their own, in the order of first use. All later ones share those of the memo `other`: a program may have as many
/// instantiations as it has types.
pub(super) const NAMED: usize = 200;

/// The name of those that share their series.
pub(super) const OTHER: &str = "other";

/// What is exported of one memo, or of all that share a name.
pub(super) struct Exported {
    pub(super) name: String,
    pub(super) stats: Stats,
    pub(super) in_flight: usize,
}

/// Whether a memo has series of its own. One that is called `other` has not.
fn has_series(at: usize, name: &str, most: usize) -> bool {
    at < most && name != OTHER
}

/// All memos, the first `most` by their names.
pub(super) fn exported(most: usize) -> Vec<Exported> {
    let mut computing: HashMap<String, usize> = HashMap::new();
    for one in in_flight().computes {
        *computing.entry(one.memo).or_default() += 1;
    }
    let mut other: Option<Exported> = None;
    let mut exported = Vec::new();
    for (at, memo) in memos_estimated().into_iter().enumerate() {
        let in_flight = computing.get(&memo.name).copied().unwrap_or(0);
        if has_series(at, &memo.name, most) {
            exported.push(Exported { name: memo.name, stats: memo.stats, in_flight });
        } else {
            let new = || Exported { name: OTHER.to_owned(), stats: Stats::default(), in_flight: 0 };
            let other = other.get_or_insert_with(new);
            add(&mut other.stats, &memo.stats);
            other.in_flight += in_flight;
        }
    }
    exported.extend(other);
    exported
}

/// The same memos, each with the name of its series.
#[cfg(feature = "metrics")]
pub(super) fn memos_by_series(most: usize) -> impl Iterator<Item = (&'static str, AnyMemo)> {
    AnyMemo::all()
        .into_iter()
        .enumerate()
        .map(move |(at, memo)| (if has_series(at, memo.name(), most) { memo.name() } else { OTHER }, memo))
}

fn add(sum: &mut Stats, more: &Stats) {
    // All of them: a new one does not build without its line here.
    let Stats {
        hits,
        misses,
        computes,
        waits,
        inserts,
        entries,
        awaiting_sweep,
        dropped,
        evicted,
        evicted_early,
        expired,
        cleared,
        replaced,
        rejected,
        abandoned,
        suspected_leaks,
        pinned_bytes,
        entry_bytes,
        value_bytes,
        compute_time,
        own_time,
    } = *more;
    sum.hits += hits;
    sum.misses += misses;
    sum.computes += computes;
    sum.waits += waits;
    sum.inserts += inserts;
    sum.entries += entries;
    sum.awaiting_sweep += awaiting_sweep;
    sum.dropped += dropped;
    sum.evicted += evicted;
    sum.evicted_early += evicted_early;
    sum.expired += expired;
    sum.cleared += cleared;
    sum.replaced += replaced;
    sum.rejected += rejected;
    sum.abandoned += abandoned;
    sum.suspected_leaks += suspected_leaks;
    sum.pinned_bytes += pinned_bytes;
    sum.entry_bytes += entry_bytes;
    sum.value_bytes = sum.value_bytes.into_iter().chain(value_bytes).reduce(|sum, more| sum + more);
    sum.compute_time += compute_time;
    sum.own_time += own_time;
}
