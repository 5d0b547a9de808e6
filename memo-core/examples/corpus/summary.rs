//! What is printed at the end.

use crate::analyses;
use crate::find::Found;
use crate::session::{Outcome, Sample};
use indicatif::{HumanBytes, HumanCount};
use std::time::Duration;

const PLOT_WIDTH: u32 = 72;
const PLOT_HEIGHT: u32 = 8;
/// So many differences or overstays are shown in full.
const SHOWN: usize = 5;

pub(crate) fn print_found(found: &Found) {
    let (files, size) = (count(found.files.len()), HumanBytes(found.bytes));
    println!("{files} Rust files, {size}, in {}", found.place);
    if found.too_large > 0 {
        println!("({} of more than half a MiB left out)", count(found.too_large));
    }
}

pub(crate) fn print(outcome: &Outcome, seed: u64) {
    print_steps(outcome, seed);
    print_report();
    print_plots(&outcome.samples);
    print_verdict(outcome);
}

fn print_steps(outcome: &Outcome, seed: u64) {
    let steps = outcome.steps;
    println!("\nSession with seed {seed}, {}", seconds(outcome.elapsed));
    let files = steps.opened.min(outcome.readable as u64);
    println!("  {} openings of {} files", HumanCount(steps.opened), HumanCount(files));
    println!(
        "  {} views, {} edits, {} undos, {} searches on two threads",
        HumanCount(steps.views),
        HumanCount(steps.edits),
        HumanCount(steps.undos),
        HumanCount(steps.searches),
    );
    if outcome.not_utf8 + outcome.unreadable > 0 {
        println!("  skipped: {} not UTF-8, {} unreadable", outcome.not_utf8, outcome.unreadable);
    }
    println!("  digest of all that was shown: {:016x}", outcome.digest);
}

fn print_report() {
    println!("\n{}", memo_core::report());
}

fn print_plots(samples: &[Sample]) {
    let heap: Vec<_> = samples.iter().map(|sample| sample.heap as f64 / (1 << 20) as f64).collect();
    let files: Vec<_> = samples.iter().map(|sample| sample.census.files as f64).collect();
    let results: Vec<_> = samples.iter().map(|sample| sample.census.results as f64).collect();
    println!("\nHeap in use over the session, MiB\n{}", plot(vec![heap]));
    println!("\nLive results (upper line) and live versions of files (lower line)\n{}", plot(vec![results, files]));
}

fn plot(mut series: Vec<Vec<f64>>) -> String {
    // The axis begins at nothing, or a steady heap would look like mountains.
    series.push(vec![0.0; series[0].len()]);
    let config = rasciigraph::Config::default().with_width(PLOT_WIDTH).with_height(PLOT_HEIGHT).with_offset(8);
    let plot = rasciigraph::plot_many(series, config);
    plot.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn print_verdict(outcome: &Outcome) {
    println!("\nVerdict");
    verdict(
        &outcome.checked.differences,
        &format!("{} answers computed again by the bare functions: all the same", HumanCount(outcome.checked.answers)),
    );
    let orphans = outcome.samples.iter().map(|sample| sample.census.orphans).max().unwrap_or(0);
    verdict(
        &outcome.overstays,
        &format!(
            "{} sweeps left no result without its file (between sweeps never more than {})",
            outcome.checkpoints,
            count(orphans)
        ),
    );
    if let Some(end) = outcome.at_end {
        let (heap, start) = (HumanBytes(end.heap as u64), HumanBytes(outcome.at_start as u64));
        println!("  with all files closed: {} results, heap {heap} ({start} at the start)", end.census.results);
    }
    let saved: Duration = analyses::stats().iter().map(|stats| stats.time_saved()).sum();
    println!("  time saved: {} of computing, in a session of {}", seconds(saved), seconds(outcome.elapsed));
}

fn verdict(problems: &[String], good: &str) {
    if problems.is_empty() {
        println!("  ok: {good}");
    }
    for problem in problems.iter().take(SHOWN) {
        println!("  FAILED: {problem}");
    }
    if problems.len() > SHOWN {
        println!("  FAILED: and {} more like these", problems.len() - SHOWN);
    }
}

fn count(n: usize) -> HumanCount {
    HumanCount(n as u64)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
