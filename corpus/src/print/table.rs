//! Time and heap, side by side.

use super::Comparison;
use super::picture::{Curve, draw};
use crate::replay::Outcome;
use indicatif::{HumanBytes, HumanCount};
use std::time::Duration;

impl Comparison {
    /// All three, with what they are called.
    fn rows(&self) -> [(&'static str, &Outcome); 3] {
        [
            ("with the memos", &self.memos),
            ("bare: nothing remembered", &self.bare),
            ("strong cache by path", &self.by_path),
        ]
    }
}

pub(super) fn table(comparison: &Comparison) {
    println!("\nThe same session three times, in a fresh process each\n");
    let row = |cells: [&str; 6]| {
        let [name, wall, cpu, peak, end, orphans] = cells;
        println!("{name:25}{wall:>10}{cpu:>10}{peak:>12}{end:>14}{orphans:>16}");
    };
    row(["", "", "", "heap,", "heap, all", "results that"]);
    row(["", "wall time", "CPU time", "highest", "files closed", "outlive a file"]);
    println!("{:-<87}", "");
    for (name, outcome) in comparison.rows() {
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        let bytes = |bytes: usize| HumanBytes(bytes as u64).to_string();
        let Outcome { took, peak, end, .. } = outcome;
        let orphans = HumanCount(end.census.orphans as u64).to_string();
        row([name, &seconds(took.wall), &seconds(took.cpu), &bytes(*peak), &bytes(end.heap), &orphans]);
    }
    println!("(each begins with {} on the heap)", HumanBytes(comparison.memos.start.heap as u64));
}

pub(super) fn heap_curves(comparison: &Comparison) {
    let curves = comparison.rows().map(|(name, outcome)| {
        let values: Vec<f64> = outcome.samples.iter().map(|sample| sample.heap as f64 / f64::from(1 << 20)).collect();
        let last = values.last().copied().unwrap_or_default();
        let name = name.split(':').next().unwrap_or(name).trim_start_matches("with the ");
        Curve { label: format!("{name} {last:.0}"), values }
    });
    draw("Heap in use over the session, MiB", &curves);
}

/// What the memos saved, measured; and what one would make of their counters.
pub(super) fn time_saved(comparison: &Comparison) {
    let (memos, bare) = (comparison.memos.took.wall.as_secs_f64(), comparison.bare.took.wall.as_secs_f64());
    println!("\nTime saved by the memos: {:.2} s, measured ({bare:.2} s bare, {memos:.2} s with memos)", bare - memos);
    let estimated: f64 = comparison.memos.memos.iter().map(|memo| memo.time_saved.as_secs_f64()).sum();
    println!(
        "  Hits times mean compute time, added up over the memos, says {estimated:.2} s. That is an estimate: a compute that\n  \
         calls another memo is cheap when that one hits, and counts twice when it does not."
    );
}
