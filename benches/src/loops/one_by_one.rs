//! Calls that are timed each by itself, for the worst of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// A call that takes longer may have been interrupted.
const LONG: Duration = Duration::from_micros(20);

/// Nanoseconds of a call, the clock's some 25 included; of a long one, those that this thread ran itself, where the system gave
/// its core to another.
pub(super) fn timed<R>(call: impl FnOnce() -> R) -> u64 {
    let ran = ThreadTime::now();
    let start = Instant::now();
    black_box(call());
    let mut taken = start.elapsed();
    if taken > LONG {
        taken = taken.min(ran.elapsed());
    }
    taken.as_nanos() as u64
}

/// How calls differ, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    /// The one in the middle.
    pub(crate) median: f64,
    /// Longer than all but one of ten thousand.
    pub(crate) high: f64,
    /// The longest.
    pub(crate) worst: f64,
}

impl Spread {
    /// Of one call and more.
    pub(super) fn of(mut times: Vec<u64>) -> Self {
        let middle = times.len() / 2;
        let median = *times.select_nth_unstable(middle).1;
        let seldom = times.len() - 1 - times.len() / 10_000;
        let high = *times.select_nth_unstable(seldom).1;
        let worst = times[seldom..].iter().copied().max().unwrap_or(high);
        Self { median: median as f64, high: high as f64, worst: worst as f64 }
    }
}
