//! The quick mode: every question once, in under two minutes, as one Markdown table; then the targets of the design.
//!
//! Subjects are interleaved: each takes one short sample a round, and the median over the rounds counts. The criterion
//! benches beside this are slower and say more about spread.

mod rows;
mod table;
mod targets;

use std::time::Duration;

use memo_benches::heap::{self, Counting, Figure};
use memo_benches::run::{Medians, Run, medians};
use memo_benches::{machine, questions};
use table::Table;

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    if heap::answer(questions::figures()) {
        return;
    }
    let table = measure();
    println!("{}; {}.", machine::processor(), machine::versions());
    println!("Nanoseconds unless a row says otherwise; medians of samples taken in turn.\n");
    println!("{table}");
    println!("Targets:\n");
    for target in targets::of(&table) {
        println!("- {target}");
    }
}

fn measure() -> Table {
    let mut table = Table::default();
    table.add(rows::HOT, quick(questions::hot_hits()));
    table.add(rows::HIT, quick(questions::hits(1024)));
    table.add(rows::HOT_2, contended(questions::contended_hot_hits(2)));
    table.add(rows::HIT_2, contended(questions::contended_hits(2, 1024)));
    table.add(rows::EXTRA_KEY, quick(questions::hits_with_extra_key(256)));
    table.add(rows::MISS, quick(questions::misses()));
    let (over, bare) = over_bare(quick(questions::lives()));
    table.add(rows::LIFE, over);
    table.note(bare);
    table.add(rows::CHURN, quick(questions::churn()));
    table.add(rows::FEW, quick(questions::hits_on_many(1_000)));
    table.add(rows::MANY, medians(questions::hits_on_many(1_000_000), 5, Duration::from_millis(20)));
    add_heap(&mut table);
    table
}

fn quick(runs: Vec<Run>) -> Medians {
    medians(runs, 31, Duration::from_millis(2))
}

/// Longer samples, since each starts its threads.
fn contended(runs: Vec<Run>) -> Medians {
    medians(runs, 31, Duration::from_millis(8))
}

/// Lives less the bare life of the same pointer.
fn over_bare(lives: Medians) -> (Medians, String) {
    let of = |name| lives.iter().find(|(column, _)| *column == name).map_or(0.0, |(_, time)| *time);
    let (arc, rc) = (of("bare"), of("bare Rc"));
    let over = lives.iter().filter(|(column, _)| !column.starts_with("bare"));
    let over = over.map(|(column, time)| (*column, time - if column.starts_with("Rc ") { rc } else { arc })).collect();
    (over, format!("The bare life takes {arc:.1} ns with an `Arc`, {rc:.1} ns with an `Rc`."))
}

fn add_heap(table: &mut Table) {
    let entries = questions::entry_bytes().iter().map(|figure| (figure.column, figure.take().steady)).collect();
    table.add(rows::ENTRY, entries);
    let (steady, peak) = steady_and_peak(questions::churn_bytes(), 1024.0);
    table.add(rows::CHURN_STEADY, steady);
    table.add(rows::CHURN_PEAK, peak);
}

fn steady_and_peak(figures: Vec<Figure>, unit: f64) -> (Medians, Medians) {
    figures
        .iter()
        .map(|figure| {
            let bytes = figure.take();
            ((figure.column, bytes.steady / unit), (figure.column, bytes.peak / unit))
        })
        .unzip()
}
