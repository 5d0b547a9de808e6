//! How long the computes of a memo took.

use std::time::Duration;

use crate::inspect::any_memo::AnyMemo;
use crate::inspect::handle::Memo;
use crate::inspect::signature::Kind;
use crate::memo::counting::compute_times::{SPANS, end_of};

/// How long the computes of a memo took, as a histogram: see [`Memo::compute_times`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComputeTimes([u64; SPANS]);

impl ComputeTimes {
    pub(in crate::inspect) fn new(computes: [u64; SPANS]) -> Self {
        Self(computes)
    }

    /// Returns the spans of time in ascending order: the longest time in each, and how many computes took no longer than that, but longer than
    /// the span before. The last one is without end.
    pub fn spans(&self) -> impl Iterator<Item = (Option<Duration>, u64)> + use<> {
        let computes = self.0;
        (0..SPANS).map(move |span| (end_of(span).map(Duration::from_nanos), computes[span]))
    }

    /// Returns the number of computes, estimated: each that is timed stands for those beside it.
    #[must_use]
    pub fn computes(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns the time that this share of the computes, from 0 to 1, did not exceed: `at_most(0.5)` is the median. As exact as the spans, so it may be twice
    /// what it was. `None`: there is no compute, or it was longer than a minute.
    ///
    /// ```
    /// # use memo_core::weak_memo;
    /// # use std::sync::Arc;
    /// # use std::time::Duration;
    /// #[weak_memo]
    /// fn slow(of: &Arc<u64>) -> u64 {
    ///     std::thread::sleep(Duration::from_millis(**of));
    ///     **of
    /// }
    /// [1, 1, 20].map(Arc::new).each_ref().map(slow);
    /// let times = slow_memo().compute_times();
    /// assert_eq!(times.computes(), 3);
    /// assert!(times.at_most(1.0) >= Some(Duration::from_millis(20)));
    /// ```
    #[must_use]
    pub fn at_most(&self, share: f64) -> Option<Duration> {
        let all = self.computes();
        // At least one.
        let wanted = ((share.clamp(0.0, 1.0) * all as f64).ceil() as u64).clamp(1, all.max(1));
        let mut seen = 0;
        let (end, _) = self.spans().find(|(_, computes)| {
            seen += computes;
            seen >= wanted
        })?;
        end
    }
}

impl AnyMemo {
    /// Returns how long its computes took: see [`Memo::compute_times`].
    #[must_use]
    pub fn compute_times(&self) -> ComputeTimes {
        ComputeTimes::new(self.core().compute_times().read())
    }
}

impl<F, P: Kind> Memo<F, P> {
    /// Returns how long the computes took, as a histogram.
    ///
    /// From the same sample as [`Stats::compute_time`](crate::Stats::compute_time): each compute that is timed stands for those beside it.
    ///
    /// Cost: some loads.
    #[must_use]
    pub fn compute_times(&self) -> ComputeTimes {
        AnyMemo::from(*self).compute_times()
    }
}
