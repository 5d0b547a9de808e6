//! What is asked of `memo_core`, in one place.

use std::time::Duration;

use memo_core::{AnyMemo, Report};

/// All memos. Where there are many objects, what awaits the sweep is an estimate: a poll must not walk over all of them.
pub(crate) fn overview() -> Report {
    memo_core::overview()
}

/// How long a memo's computes took, in seconds.
#[derive(Default, serde::Serialize)]
pub(crate) struct Times {
    /// Half of them took no longer, and 99 in 100.
    pub(crate) median: Option<f64>,
    pub(crate) most: Option<f64>,
    /// The longest time of a span, if it has an end, and how many took no longer, but longer than those of the span before.
    pub(crate) spans: Vec<(Option<f64>, u64)>,
}

impl Times {
    pub(crate) fn of(name: &str) -> Self {
        let times = AnyMemo::named(name).map(|memo| memo.compute_times());
        times.filter(|times| times.computes() > 0).map_or_else(Self::default, |times| Self {
            median: seconds(times.at_most(0.5)),
            most: seconds(times.at_most(0.99)),
            spans: times.spans().map(|(end, computes)| (seconds(end), computes)).collect(),
        })
    }
}

fn seconds(time: Option<Duration>) -> Option<f64> {
    time.map(|time| time.as_secs_f64())
}

/// Why a memo's calls missed.
#[derive(Default, serde::Serialize)]
pub(crate) struct Misses {
    /// Whether they are noted.
    pub(crate) explained: bool,
    /// How many had which reason.
    pub(crate) reasons: Vec<(&'static str, u64)>,
    /// The last ones, a sentence for each.
    pub(crate) misses: Vec<String>,
}

impl Misses {
    pub(crate) fn of(name: &str) -> Self {
        AnyMemo::named(name).map_or_else(Self::default, |memo| Self {
            explained: memo.is_explained(),
            reasons: memo.miss_reasons().collect(),
            misses: memo.misses().iter().map(ToString::to_string).collect(),
        })
    }
}
