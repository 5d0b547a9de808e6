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
}

impl Effort {
    /// Enough to see that everything works.
    pub const SMOKE: Self = Self { rounds: 5, sample: Duration::from_micros(300), objects: 100_000, repeats: 1 };
    /// A table in under two minutes.
    pub const QUICK: Self = Self { rounds: 31, sample: Duration::from_millis(2), objects: 1_000_000, repeats: 1 };
    /// What is published.
    pub const FULL: Self = Self { rounds: 101, sample: Duration::from_millis(3), objects: 10_000_000, repeats: 3 };

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
    pub fn together<const N: usize>(self, sets: [Vec<Run>; N]) -> [Medians; N] {
        medians_together(sets, self.rounds, self.sample)
    }

    /// The same with longer samples, since each starts its threads.
    pub fn together_with_threads<const N: usize>(self, sets: [Vec<Run>; N]) -> [Medians; N] {
        medians_together(sets, self.rounds, 4 * self.sample)
    }

    /// How many rounds of a question that has its own.
    pub fn rounds(self) -> usize {
        self.rounds
    }
}
