//! The books of a memo.

use memo_core::Stats;

/// At rest, everything that came is there or has gone in one of the ways there are.
///
/// # Panics
///
/// If it is not so.
#[track_caller]
pub fn assert_balanced(stats: &Stats) {
    let came = stats.computes + stats.inserts;
    assert_eq!(came, stats.entries + gone(stats), "the books do not balance: {stats:?}");
}

/// What has gone, in whatever way.
#[must_use]
pub fn gone(stats: &Stats) -> u64 {
    stats.dropped + stats.evicted + stats.expired + stats.cleared + stats.replaced + stats.rejected + stats.abandoned
}
