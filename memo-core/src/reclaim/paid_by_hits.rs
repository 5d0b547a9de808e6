//! Every few thousand hits pay for a sweep too, since a program may have nothing but hits.
//!
//! A thread counts down to the next over all hits that take no lock ([`counters`](crate::memo::counting::counters)). The others go by their memo's own
//! count.

use super::account::{HITS_PER_SWEEP, after_hits};
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters::{self, Counters, CountsHere, count_first};

/// Counts a hit that has run no user code, and passes on what was found. `here`, if this thread has counters of the memo. One hit in a
/// few thousand sweeps.
///
/// `--cfg memo_uncounted` is only for the benches: no hit is counted, so that they can measure the cost of counting. If it were a
/// feature, one crate could enable it for a whole program.
#[inline(always)]
pub(crate) fn counted<F>(core: &'static Core, here: Option<CountsHere<'_>>, found: F) -> F {
    if cfg!(memo_uncounted) {
        return found;
    }
    match here {
        Some(here) if !here.hit() => found,
        // One call for both rare cases: only a small memoized function is inlined into its caller. It passes its argument on, so
        // that a hit keeps nothing for after it.
        _ => counted_slowly(core, found),
    }
}

/// The first hit of a memo on a thread, and all on one that is watched, which are still to be counted; and those that sweep, which are
/// already counted.
#[cold]
#[inline(never)]
fn counted_slowly<F>(core: &'static Core, found: F) -> F {
    if Counters::here().place(core).is_some() {
        after_due();
    } else if are_to_sweep(count_first(core, Count::Hits, 1)) {
        after_hits();
    }
    passed_on(found)
}

/// What a hit gets back in a register. A compiler that saw that it is the argument would have every hit keep that across the call.
#[inline(always)]
fn passed_on<F>(found: F) -> F {
    std::hint::black_box(found)
}

/// Counts a hit that has taken a lock, or has found something a second time.
#[inline(always)]
pub(crate) fn count_hit(core: &'static Core) {
    if are_to_sweep(counters::count(core, Count::Hits, 1)) {
        after_hits();
    }
}

/// Whether a thread sweeps after this many hits of a memo.
#[inline(always)]
pub(crate) fn are_to_sweep(hits: u64) -> bool {
    const { assert!(HITS_PER_SWEEP.is_power_of_two()) };
    hits & (HITS_PER_SWEEP - 1) == 0
}

/// Pays for the hits of a period, the last of which was due.
#[cold]
#[inline(never)]
pub(crate) fn after_due() {
    Counters::here().begin_period();
    after_hits();
}

/// The same with a result that fits into registers: passed on, so that a hit keeps nothing for after it.
#[cold]
#[inline(never)]
pub(crate) fn paid<V>(result: V) -> V {
    after_due();
    passed_on(result)
}
