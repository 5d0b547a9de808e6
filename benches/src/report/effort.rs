//! How long to measure.

use std::time::Duration;

use crate::run::{Medians, Run, medians, medians_together};

/// How many samples of each subject, how long one takes, and how far sizes go.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    rounds: usize,
    sample: Duration,
    /// The most objects at once.
    pub objects: u64,
    /// How many times what takes seconds is done.
    pub repeats: usize,
    /// Whether a curve has few points.
    is_sparse: bool,
}

impl Effort {
    /// Enough to see that everything works.
    pub const SMOKE: Self =
        Self { rounds: 5, sample: Duration::from_micros(300), objects: 100_000, repeats: 1, is_sparse: true };
    /// A table in under two minutes.
    pub const QUICK: Self =
        Self { rounds: 31, sample: Duration::from_millis(2), objects: 1_000_000, repeats: 1, is_sparse: false };
    /// The same, for curves of few points.
    pub const SKETCH: Self = Self { is_sparse: true, ..Self::QUICK };
    /// What is published.
    pub const FULL: Self =
        Self { rounds: 101, sample: Duration::from_millis(3), objects: 10_000_000, repeats: 3, is_sparse: false };

    /// The medians of `runs`.
    pub fn of(self, runs: Vec<Run>) -> Medians {
        medians(runs, self.rounds, self.sample)
    }

    /// With longer samples, since each starts its threads.
    pub fn with_threads(self, runs: Vec<Run>) -> Medians {
        medians(runs, self.rounds, 4 * self.sample)
    }

    /// With fewer and longer samples, since each has more objects than a cache holds.
    pub fn of_many(self, runs: Vec<Run>) -> Medians {
        medians(runs, (self.rounds / 3).max(3), 5 * self.sample)
    }

    /// Of sets of runs that are to be compared with each other.
    pub fn together(self, sets: Vec<Vec<Run>>) -> Vec<Medians> {
        medians_together(sets, self.rounds, self.sample)
    }

    /// The same with longer samples, since each starts its threads.
    pub fn together_with_threads(self, sets: Vec<Vec<Run>>) -> Vec<Medians> {
        medians_together(sets, self.rounds, 4 * self.sample)
    }

    /// Powers of ten from `least` to `most`, as far as this many objects go; of a sparse curve only some.
    pub fn sizes(self, least: u64, most: u64) -> Vec<u64> {
        let all = std::iter::successors(Some(least), |size| Some(size * 10));
        self.some(all.take_while(|size| *size <= most.min(self.objects)).collect())
    }

    /// All of these; of a sparse curve the first and the last, and every second between.
    pub fn some<T>(self, all: Vec<T>) -> Vec<T> {
        let last = all.len().saturating_sub(1);
        let kept = all.into_iter().enumerate().filter(|(at, _)| !self.is_sparse || at % 2 == 0 || *at == last);
        kept.map(|(_, item)| item).collect()
    }

    /// How many rounds of a question that has its own.
    pub fn rounds(self) -> usize {
        self.rounds
    }
}
