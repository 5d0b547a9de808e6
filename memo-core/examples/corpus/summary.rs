//! Prints the summary at the end.

use crate::analyses;
use crate::find::Found;
use crate::session::{Outcome, Sample};
use indicatif::{HumanBytes, HumanCount};
use std::borrow::Cow;
use std::time::Duration;

const PLOT_WIDTH: u32 = 72;
/// At most this many differences or overstays are shown in full.
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
    print!("\n{}", memo_core::report());
}

fn print_plots(samples: &[Sample]) {
    let series = |of: fn(&Sample) -> f64| samples.iter().map(of).collect();
    let heap = series(|sample| sample.heap as f64 / f64::from(1 << 20));
    print_plot("Heap in use over the session, MiB", heap, 8);
    // One below the other: the numbers are too far apart for one axis, and only the shapes must agree.
    print_plot(
        "Live versions of files: open, and those that undo can bring back",
        series(|s| s.census.files as f64),
        5,
    );
    print_plot("Live results of all analyses", series(|s| s.census.results as f64), 5);
}

fn print_plot(title: &str, series: Vec<f64>, height: u32) {
    // The axis begins at zero, or a steady heap would look like mountains.
    let axis = vec![0.0; series.len()];
    let config = rasciigraph::Config::default().with_width(PLOT_WIDTH).with_height(height).with_offset(8);
    println!("\n{title}");
    for line in rasciigraph::plot_many(vec![series, axis], config).lines() {
        println!("{}", without_negative_zero(line.trim_end()));
    }
}

/// The lowest mark of an axis is rounded from just below zero.
fn without_negative_zero(line: &str) -> Cow<'_, str> {
    let mark = line.split_whitespace().next().unwrap_or_default();
    match mark.strip_prefix('-') {
        Some(digits) if digits.bytes().all(|byte| byte == b'0' || byte == b'.') => {
            Cow::Owned(line.replacen('-', " ", 1))
        }
        _ => Cow::Borrowed(line),
    }
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
    // The time that hits would have taken as computes is not shown: it may be longer than the session.
    let (hits, calls) = analyses::stats()
        .iter()
        .fold((0, 0), |(hits, calls), stats| (hits + stats.hits, calls + stats.hits + stats.misses));
    println!(
        "  {} of {} calls were answered from memory, in a session of {}",
        HumanCount(hits),
        HumanCount(calls),
        seconds(outcome.elapsed)
    );
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
