//! What is asked of `memo_core`, in one place.

use memo_core::{AnyMemo, Report};

/// All memos. Where there are many objects, what awaits the sweep is an estimate: a poll must not walk over all of them.
pub(crate) fn overview() -> Report {
    memo_core::overview()
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
