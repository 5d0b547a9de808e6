//! The quick mode: the rows of the targets once, in under two minutes, as one Markdown table; then the targets of the design.
//!
//! Subjects are interleaved: each takes one short sample a round, and the median over the rounds counts. The criterion
//! benches beside this are slower and say more about spread; `report` asks every question, at more length.

use memo_benches::heap::Counting;
use memo_benches::report::{Effort, Table, sections, targets};
use memo_benches::{fresh, machine, questions};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() {
    if fresh::answer(questions::figures()) {
        return;
    }
    let table = measure(Effort::QUICK);
    println!("{}; {}.", machine::processor(), machine::versions());
    println!("{}\n\n{table}\nTargets:\n", sections::ABOUT);
    for target in targets::of(&table) {
        println!("- {target}");
    }
}

fn measure(effort: Effort) -> Table {
    let mut table = Table::default();
    let asked = [
        sections::hits(effort),
        sections::extra_key(effort),
        sections::values(effort),
        sections::lives(effort),
        sections::few_and_many(effort),
        sections::memos(effort),
        sections::threads_of_lives(effort),
        sections::bursts(effort),
        sections::heap(),
    ];
    asked.into_iter().for_each(|section| table.append(section.table));
    table
}
