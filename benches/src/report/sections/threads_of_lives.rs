//! Objects' lives on two threads at once.

use crate::questions;
use crate::report::{Effort, Section, rows};
use crate::run::Medians;

/// On one thread, on two, and the ratio.
pub fn threads_of_lives(effort: Effort) -> Section {
    let mut section = Section::new(
        "Objects' lives on two threads",
        "Each thread makes objects of its own, asks about each once, tells of its death where the user has to, and drops it; one store \
         for both. The time is one thread's own. `bare` makes and drops alone: what it loses with two threads is the allocator's and \
         the machine's. `weak-table` is in a Mutex.",
    );
    let [one, two] = effort.together_with_threads([questions::lives_on_threads(1), questions::lives_on_threads(2)]);
    let ratios: Medians = one.iter().zip(&two).map(|((column, one), (_, two))| (*column, two / one)).collect();
    section.table.add(rows::LIFE_1, one);
    section.table.add(rows::LIFE_2, two);
    section.table.add(rows::LIFE_RATIO, ratios);
    section
}
