//! Every few thousand hits pay for a sweep too, since a program may have nothing but hits.

use super::account::{HITS_PER_SWEEP, after_hits};
use crate::memo::core::Core;
use crate::memo::counter_block::Count;
use crate::memo::counters::{Counters, count_first};

/// Counts a hit that has run no user code. One in a few thousand sweeps.
///
/// `--cfg memo_uncounted` is only for the benches: no hit is counted, so that they can measure the cost of counting. If it were a
/// feature, one crate could enable it for a whole program.
#[inline(always)]
pub(crate) fn count_hit(core: &'static Core) {
    if cfg!(memo_uncounted) {
        return;
    }
    let counters = Counters::here();
    if let Some(place) = counters.place(core) {
        // SAFETY: found just now.
        let hits = unsafe { counters.add_at(place, Count::Hits, 1) };
        if !are_to_sweep(hits) {
            return;
        }
    }
    // One call for both rare cases: only a small memoized function is inlined into its caller.
    count_hit_slowly(core);
}

/// Whether a thread sweeps after this many hits of a memo.
#[inline(always)]
pub(crate) fn are_to_sweep(hits: u64) -> bool {
    const { assert!(HITS_PER_SWEEP.is_power_of_two()) };
    hits & (HITS_PER_SWEEP - 1) == 0
}

/// The first hit of a memo on a thread, which is still to be counted, and those that sweep, which are already counted.
#[cold]
#[inline(never)]
fn count_hit_slowly(core: &'static Core) {
    if Counters::here().place(core).is_some() {
        after_hits();
    } else {
        count_first(core, Count::Hits, 1);
    }
}
