//! Notes taken before a body runs, to be compared with the state after it.

use std::time::Instant;

use crate::memo::clock::HAS_CLOCK;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::reclaim::leak_audit;

/// The first `SAMPLE` computes of a memo on a thread are all timed, then one in `SAMPLE`: two clock reads cost 50 ns.
const SAMPLE: u64 = 64;

/// Notes taken before a body runs whose result may hold an argument. They are in the computation's frame, so that little stays on the
/// stack below the body: a recursion pays for that at every level.
#[derive(Clone, Copy)]
pub(crate) struct Notes {
    /// The owner's strong count, if it has one.
    pub(crate) strong: Option<usize>,
    /// The strong counts of the other weak arguments.
    pub(super) others: Counts,
}

impl Notes {
    /// Records the owner's count as the body would have found it, if nobody else had taken or dropped a handle while it was parked.
    pub(super) fn found_strong(&mut self, now: Option<usize>, raised: isize) {
        self.strong = self.strong.and(now).map(|now| now.saturating_add_signed(raised.saturating_neg()));
    }
}

/// A compute that is timed.
#[derive(Clone, Copy)]
pub(crate) struct Timed {
    started: Instant,
    /// How many computes this one stands for.
    weight: u64,
}

/// For callers that are never inlined, like those of [`Running::begin_here`](super::frames::Running::begin_here).
impl Timed {
    /// How many computes the next one stands for, if it is to be timed.
    #[inline(always)]
    pub(super) fn due(core: &'static Core) -> Option<u64> {
        if !HAS_CLOCK {
            return None;
        }
        match counters::own(core, Count::Computes) {
            0..SAMPLE => Some(1),
            n if n % SAMPLE == 0 => Some(SAMPLE),
            _ => None,
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn start(weight: u64) -> Self {
        Self { started: Instant::now(), weight }
    }

    #[cold]
    #[inline(never)]
    /// `around` is the memo whose body has called this one. Its own time is what is left if such estimates are taken from that of it all.
    pub(super) fn count(self, core: &'static Core, around: Option<&'static Core>) {
        let nanos = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX / SAMPLE);
        core.compute_times().add(nanos, self.weight);
        let nanos = nanos.saturating_mul(self.weight);
        counters::count(core, Count::ComputeNanos, nanos);
        if let Some(around) = around {
            counters::count(around, Count::NestedNanos, nanos);
        }
    }
}

/// The strong counts of the first few weak arguments besides the owner; 0 where there is none. Any others are not watched.
pub(super) type Counts = [usize; leak_audit::OTHERS];
