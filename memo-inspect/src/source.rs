//! What is asked of `memo_core`, in one place.

use memo_core::{MemoInfo, Report};

/// All memos, where what awaits the sweep may be an estimate.
pub(crate) fn overview() -> Report {
    memo_core::report()
}

/// A memo, by its name.
#[derive(Clone)]
pub(crate) struct AnyMemo(#[expect(dead_code)] MemoInfo);

impl AnyMemo {
    pub(crate) fn named(name: &str) -> Option<Self> {
        memo_core::memos().into_iter().find(|memo| memo.name == name).map(Self)
    }

    /// Removes its results, and returns how many there were; `None` if it lends them.
    pub(crate) fn clear(&self) -> Option<usize> {
        None
    }

    /// Notes why calls miss from now on, or no longer.
    pub(crate) fn explain(&self, _on: bool) {}

    pub(crate) fn is_explained(&self) -> bool {
        false
    }

    /// How many misses had which reason, as one word.
    pub(crate) fn miss_reasons(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }

    /// The last misses, each in a sentence.
    pub(crate) fn misses(&self) -> Vec<String> {
        Vec::new()
    }
}
