//! The rows of the targets, once.

use std::fmt::{self, Write as _};

use super::{Effort, Section, Table, sections, targets};
use crate::machine;

/// One table, and what it says of the targets: what `quick` prints and records.
pub fn measured() -> Result<String, fmt::Error> {
    let table = table(Effort::QUICK);
    let mut text =
        format!("{}; {}.\n{}\n\n{table}\nTargets:\n\n", machine::processor(), machine::versions(), sections::ABOUT);
    for target in targets::of(&table) {
        writeln!(text, "- {target}")?;
    }
    Ok(text)
}

fn table(effort: Effort) -> Table {
    let asked: [fn(Effort) -> Section; 11] = [
        sections::hits,
        sections::extra_key,
        sections::insertion_and_eviction,
        sections::values,
        sections::futures,
        sections::lives,
        sections::few_and_many,
        sections::memos,
        sections::threads_of_lives,
        sections::bursts,
        |_| sections::heap(),
    ];
    let mut table = Table::default();
    asked.into_iter().for_each(|section| table.append(section(effort).table));
    table
}
