//! Notes taken before a body runs, to be compared with the state after it.

use std::time::Instant;

use crate::memo::core::Core;
use crate::memo::counter_block::Count;
use crate::memo::counters;
use crate::reclaim::leak_audit;
use crate::sys::clock::HAS_CLOCK;

/// The first `SAMPLE` computes of a memo on a thread are all timed, then one in `SAMPLE`: two clock reads cost 50 ns.
const SAMPLE: u64 = 64;

/// Notes taken before a body runs. They are in the computation's frame, so that little stays on the stack below the
/// body: a recursion pays for that at every level.
#[derive(Clone, Copy, Default)]
pub(crate) struct Notes {
    pub(super) timed: Option<Timed>,
    /// The owner's strong count, if the result may hold the owner.
    pub(crate) strong: Option<usize>,
    /// The strong counts of the other weak arguments.
    pub(super) others: Counts,
}

impl Notes {
    /// Records the owner's count as the body would have found it, if nobody else had taken or dropped a handle while it was parked.
    pub(super) fn found_strong(&mut self, now: Option<usize>, raised: isize) {
        self.strong = self.strong.and(now).map(|now| now.saturating_add_signed(raised.saturating_neg()));
    }

    /// Records that the result holds no argument, whatever the counts say.
    pub(crate) fn holds_nothing(&mut self) {
        self.strong = None;
        self.others = Counts::default();
    }
}

/// A compute that is timed.
#[derive(Clone, Copy)]
pub(super) struct Timed {
    started: Instant,
    /// How many computes this one stands for.
    weight: u64,
}

/// Never inlined, like the functions of [`Running`](super::frames::Running).
impl Timed {
    #[inline(never)]
    pub(super) fn start(core: &'static Core) -> Option<Self> {
        // No compute is timed without one.
        if !HAS_CLOCK {
            return None;
        }
        let weight = match counters::own(core, Count::Computes) {
            0..SAMPLE => 1,
            n if n % SAMPLE == 0 => SAMPLE,
            _ => return None,
        };
        Some(Self { started: Instant::now(), weight })
    }

    #[inline(never)]
    pub(super) fn count(self, core: &'static Core) {
        let nanos = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX / SAMPLE);
        counters::count(core, Count::ComputeNanos, nanos.saturating_mul(self.weight));
    }
}

/// The strong counts of the first few weak arguments besides the owner; 0 where there is none. Any others are not watched.
pub(super) type Counts = [usize; leak_audit::OTHERS];
