//! What a replay leaves behind, for the program that has started it.

use super::clock::Took;
use super::editor::Steps;
use crate::witness::Census;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One moment of a replay.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) opened: u64,
    pub(crate) heap: usize,
    pub(crate) census: Census,
    /// Of all answers up to here.
    pub(crate) digest: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) steps: Steps,
    pub(crate) answers: u64,
    /// The session alone, without what is measured and checked on the way.
    pub(crate) took: Took,
    pub(crate) samples: Vec<Sample>,
    pub(crate) start: Sample,
    /// With all files closed.
    pub(crate) end: Sample,
    pub(crate) peak: usize,
    pub(crate) sweeps: usize,
    /// What is wrong with the lifetimes of results, if anything.
    pub(crate) overstays: Vec<String>,
    /// Of the memos; without any it is empty.
    pub(crate) report: String,
    pub(crate) memos: Vec<Figures>,
}

/// The counters of a memo, as far as the summary needs them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) name: String,
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) time_saved: Duration,
}
