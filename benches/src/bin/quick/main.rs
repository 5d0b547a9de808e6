//! The quick mode: every question once, in under two minutes, as one Markdown table; then the targets of the design.
//!
//! Subjects are interleaved: each takes one short sample a round, and the median over the rounds counts. The criterion
//! benches beside this are slower and say more about spread.

mod rows;
mod table;
mod targets;

use std::time::Duration;

use memo_benches::heap::{self, Counting, Figure};
use memo_benches::questions::Value;
use memo_benches::run::{Medians, Run, medians, medians_together};
use memo_benches::{machine, questions};
use table::Table;

#[global_allocator]
static COUNTING: Counting = Counting;

/// What a reader of the table has to know.
const ABOUT: &str = "\
Nanoseconds unless a row says otherwise, medians of samples taken in turn; with 2 threads, one thread's own. Peers are keyed
by address, with FxHasher where they take a hasher, unless the column says deep. `HashMap` and `weak-table` are in a RefCell on
one thread, else in a RwLock. Through lives and churn `HashMap`, `cached`, `concurrent_cached`, `dashmap` and `papaya` are told
by hand of each death, and `moka`, `quick_cache` and the deep ones hold 1,000 entries at most. `memoize` has a table per thread.";

/// Samples of each subject, and how long one takes.
const ROUNDS: usize = 31;
const SAMPLE: Duration = Duration::from_millis(2);

fn main() {
    if heap::answer(questions::figures()) {
        return;
    }
    let table = measure();
    println!("{}; {}.", machine::processor(), machine::versions());
    println!("{ABOUT}\n\n{table}\nTargets:\n");
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
    for (value, runs) in questions::hits_for_values() {
        table.add(label(value), quick(runs));
    }
    table.add(rows::MISS, quick(questions::misses()));
    let (over, bare) = over_bare(quick(questions::lives()));
    table.add(rows::LIFE, over);
    table.note(bare);
    table.add(rows::CHURN, quick(questions::churn()));
    add_growth(&mut table);
    add_heap(&mut table);
    table
}

fn quick(runs: Vec<Run>) -> Medians {
    medians(runs, ROUNDS, SAMPLE)
}

/// Longer samples, since each starts its threads.
fn contended(runs: Vec<Run>) -> Medians {
    medians(runs, ROUNDS, 4 * SAMPLE)
}

fn label(value: Value) -> &'static str {
    match value {
        Value::Pair => rows::PAIR,
        Value::Quad => rows::QUAD,
        Value::Name => rows::NAME,
    }
}

fn add_growth(table: &mut Table) {
    // One after the other: interleaved, the few of a subject with one table for the process would lie among its many.
    table.add(rows::FEW, quick(questions::hits_on_many(1_000)));
    table.add(rows::MANY, medians(questions::hits_on_many(1_000_000), 9, 5 * SAMPLE));
    let [one, eight, hundred] = medians_together(questions::hits_in_a_crowd(), ROUNDS, SAMPLE);
    table.add(rows::MEMO, one);
    table.add(rows::MEMOS_8, eight);
    table.add(rows::MEMOS_100, hundred);
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
    let (steady, peak) = steady_and_peak(questions::large_bytes(), 1024.0 * 1024.0);
    table.add(rows::LARGE_STEADY, steady);
    table.add(rows::LARGE_PEAK, peak);
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
