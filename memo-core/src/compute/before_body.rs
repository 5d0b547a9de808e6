//! What a call notes before its body runs, to be compared with what is after it.

use std::time::Instant;

use crate::memo::core::Core;
use crate::memo::counter_block::Count;
use crate::memo::counters;
use crate::reclaim::leak_audit;

/// The first computes of a memo on a thread are all timed, then one in so many: two clock reads cost 50 ns.
const SAMPLE: u64 = 64;

/// Without a clock no compute is timed: there it would be a panic to ask for the time. `memo_no_clock` stands for such a platform.
const HAS_CLOCK: bool = !cfg!(any(all(target_family = "wasm", target_os = "unknown"), memo_no_clock));

/// What a call notes before its body runs. It lies with the computation's frame: what stays on the stack below the body is little,
/// since a recursion has as much of it on every level.
#[derive(Clone, Copy, Default)]
pub(crate) struct Notes {
    pub(super) timed: Option<Timed>,
    /// The owner's strong count, if the result may hold it.
    pub(crate) strong: Option<usize>,
    /// Those of the others.
    pub(super) others: Counts,
}

impl Notes {
    /// The result holds no argument, whatever the counts say.
    pub(crate) fn holds_nothing(&mut self) {
        self.strong = None;
        self.others = Counts::default();
    }
}

/// A compute that is timed.
#[derive(Clone, Copy)]
pub(super) struct Timed {
    started: Instant,
    /// How many computes it stands for.
    weight: u64,
}

/// Calls of their own, as those of [`Running`](super::frames::Running).
impl Timed {
    #[inline(never)]
    pub(super) fn start(core: &'static Core) -> Option<Self> {
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

/// The strong counts of the first few weak arguments besides the owner; 0 where there is none. More are not watched.
pub(super) type Counts = [usize; leak_audit::OTHERS];
