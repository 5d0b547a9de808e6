//! What eviction keeps: about what the least recently used would, and never more than is possible. Counted, not timed.

use memo_benches::questions::{OPTIMUM, TRACES, Trace, hit_ratios};

/// Calls of one trace, asked twice.
const CALLS: usize = 60_000;

/// Of a hundred calls, those that hit: ours on an `Arc` and in the object, the least recently used, and the most that is possible.
fn ratios(trace: Trace) -> [f64; 4] {
    let ratios = hit_ratios(trace, CALLS);
    ["Arc by clone", "in-object by clone", "cached", OPTIMUM].map(|column| {
        let found = ratios.iter().find(|(name, _)| *name == column);
        found.unwrap_or_else(|| panic!("no column `{column}`")).1
    })
}

#[test]
fn on_zipf_loads_eviction_keeps_no_less_than_the_least_recently_used_would() {
    for trace in TRACES.into_iter().filter(|trace| matches!(trace, Trace::Zipf { .. })) {
        let [arc, own, least_recently_used, optimum] = ratios(trace);
        for ours in [arc, own] {
            assert!(ours >= least_recently_used - 1.0, "{trace:?}: {ours} beside {least_recently_used}");
            assert!(ours <= optimum, "{trace:?}: {ours} is more than {optimum}");
        }
    }
}

#[test]
fn a_scan_costs_no_more_than_it_costs_the_least_recently_used() {
    let [arc, own, least_recently_used, optimum] = ratios(Trace::Scans);
    for ours in [arc, own] {
        assert!((least_recently_used - 1.0..=optimum).contains(&ours), "{ours} beside {least_recently_used}, {optimum}");
    }
}

#[test]
fn the_least_recently_used_keeps_nothing_of_a_loop_that_is_too_long() {
    let [_, _, least_recently_used, optimum] = ratios(Trace::Loop { keys: 1_100 });
    assert!(least_recently_used == 0.0 && (90.0..91.0).contains(&optimum), "{least_recently_used}, {optimum}");
}
