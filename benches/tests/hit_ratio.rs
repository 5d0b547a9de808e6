//! What eviction keeps: about what the least recently used would, and never more than is possible. Counted, not timed.

use memo_benches::questions::{OPTIMUM, TRACES, Trace, hit_ratios};

/// Calls of one trace, asked twice.
const CALLS: usize = 30_000;

/// Of a hundred calls, those that hit: ours on an `Arc` and in the object, the least recently used, and the most that is possible.
fn ratios(trace: Trace) -> [f64; 4] {
    let ratios = hit_ratios(trace, CALLS);
    ["Arc by clone", "in-object by clone", "cached", OPTIMUM].map(|column| {
        let found = ratios.iter().find(|(name, _)| *name == column);
        found.unwrap_or_else(|| panic!("no column `{column}`")).1
    })
}

/// One test, since `cached` has one store for the process.
#[test]
fn eviction_keeps_no_less_than_the_least_recently_used_would() {
    for trace in TRACES {
        let [arc, own, least_recently_used, optimum] = ratios(trace);
        if matches!(trace, Trace::Loop { .. }) {
            // Nothing is asked again while it is there, but by whoever knows the future.
            assert!(least_recently_used == 0.0 && (90.0..91.0).contains(&optimum), "{least_recently_used}, {optimum}");
        }
        for ours in [arc, own] {
            assert!(ours >= least_recently_used - 1.0, "{trace:?}: {ours} beside {least_recently_used}");
            assert!(ours <= optimum, "{trace:?}: {ours}, which is more than {optimum}");
        }
    }
}
