//! What is printed.

mod picture;
mod report;
mod table;
mod verdict;

use crate::input::{Found, Plan};
use crate::replay::Outcome;
use indicatif::{HumanBytes, HumanCount};

/// One session in three ways.
pub(crate) struct Comparison {
    pub(crate) memos: Outcome,
    pub(crate) bare: Outcome,
    pub(crate) by_path: Outcome,
}

pub(crate) fn found(found: &Found) {
    let (files, size) = (HumanCount(found.files.len() as u64), HumanBytes(found.bytes));
    println!("{files} Rust files, {size}, in {}", found.place);
    if found.too_large > 0 {
        println!("({} of more than half a MiB left out)", HumanCount(found.too_large as u64));
    }
}

/// Everything there is to say at the end; returns whether all is well.
pub(crate) fn comparison(plan: &Plan, comparison: &Comparison) -> bool {
    session(plan, &comparison.bare);
    report::report(&comparison.memos);
    table::table(comparison);
    table::heap_curves(comparison);
    table::time_saved(comparison);
    verdict::verdict(comparison)
}

fn session(plan: &Plan, outcome: &Outcome) {
    let steps = outcome.steps;
    let count = HumanCount;
    println!("\nSession with seed {}", plan.seed);
    println!("  {} openings of {} files", count(steps.opened), count(plan.files.len() as u64));
    println!(
        "  {} views, {} edits, {} undos, {} searches on two threads",
        count(steps.views),
        count(steps.edits),
        count(steps.undos),
        count(steps.searches),
    );
    if plan.not_utf8 + plan.unreadable > 0 {
        println!("  skipped: {} not UTF-8, {} unreadable", plan.not_utf8, plan.unreadable);
    }
}
