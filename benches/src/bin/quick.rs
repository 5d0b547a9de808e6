//! The quick mode: the rows of the targets once, in a few minutes, as one Markdown table; then the targets of the design.
//!
//! Subjects are interleaved: each takes one short sample a round, and the median over the rounds counts. The criterion
//! benches beside this are slower and say more about spread; `report` asks every question, at more length.
//!
//! With `--record` what is printed goes to `benches/results/quick.md` as well, from which the pages have their figures.

use std::error::Error;
use std::fmt::Write as _;

use memo_benches::heap::Counting;
use memo_benches::report::{Effort, Table, record, sections, targets};
use memo_benches::{fresh, machine, questions};

#[global_allocator]
static COUNTING: Counting = Counting;

fn main() -> Result<(), Box<dyn Error>> {
    if fresh::answer(questions::figures()) {
        return Ok(());
    }
    record::is_asked()?;
    let table = measure(Effort::QUICK);
    let mut text =
        format!("{}; {}.\n{}\n\n{table}\nTargets:\n\n", machine::processor(), machine::versions(), sections::ABOUT);
    for target in targets::of(&table) {
        writeln!(text, "- {target}")?;
    }
    record::print("quick", &text)
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
