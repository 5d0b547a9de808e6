//! Running: operations of one subject, timed; and all subjects of a question in turn.

use std::time::Duration;

use crate::Subject;

/// One subject, ready for one question.
pub struct Run {
    /// The subject's name.
    pub name: &'static str,
    /// Its column in the report.
    pub column: &'static str,
    work: Box<dyn FnMut(u64) -> Duration>,
}

impl Run {
    /// `work` does as many operations as it is told and returns how long they alone took.
    pub(crate) fn of<S: Subject>(work: impl FnMut(u64) -> Duration + 'static) -> Self {
        Self::named(S::NAME, S::COLUMN, work)
    }

    pub(crate) fn named(name: &'static str, column: &'static str, work: impl FnMut(u64) -> Duration + 'static) -> Self {
        Self { name, column, work: Box::new(work) }
    }

    /// Does `operations` of them; how long they took.
    pub fn time(&mut self, operations: u64) -> Duration {
        (self.work)(operations)
    }

    fn sample(&mut self, operations: u64) -> f64 {
        self.time(operations).as_secs_f64() * 1e9 / operations as f64
    }

    /// As many operations as take about `wanted`, found by doubling.
    fn fit(&mut self, wanted: Duration) -> u64 {
        let mut operations = 64;
        loop {
            let taken = self.time(operations);
            if taken * 2 > wanted || operations > 1 << 40 {
                return operations;
            }
            operations *= 2;
        }
    }
}

/// Columns and what they measured, in the order of the runs.
pub type Medians = Vec<(&'static str, f64)>;

/// The median of each run in nanoseconds per operation, over `rounds` samples of about `sample` each, taken in turn, so that a noisy moment of the
/// machine falls on all alike.
///
/// Every second round goes backwards: nobody always runs in the cache that the same neighbour left.
pub fn medians(mut runs: Vec<Run>, rounds: usize, sample: Duration) -> Medians {
    let operations: Vec<u64> = runs.iter_mut().map(|run| run.fit(sample)).collect();
    let mut samples = vec![Vec::with_capacity(rounds); runs.len()];
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..runs.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for at in order {
            samples[at].push(runs[at].sample(operations[at]));
        }
    }
    runs.iter().zip(samples).map(|(run, samples)| (run.column, median(samples))).collect()
}

/// [`medians`] of several sets of runs, all interleaved: for numbers of different sets that are to be compared.
pub fn medians_together(sets: Vec<Vec<Run>>, rounds: usize, sample: Duration) -> Vec<Medians> {
    let sizes: Vec<usize> = sets.iter().map(Vec::len).collect();
    let mut all = medians(sets.into_iter().flatten().collect(), rounds, sample).into_iter();
    sizes.into_iter().map(|size| all.by_ref().take(size).collect()).collect()
}

/// The middle one, or the mean of the two in the middle.
pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    if samples.len() % 2 == 1 { samples[middle] } else { (samples[middle - 1] + samples[middle]) / 2.0 }
}
