//! The weak toolbox.

use crate::questions;
use crate::report::{Effort, Section, rows};

/// Maps with weak keys.
pub fn weak_maps(effort: Effort) -> Section {
    let mut section = Section::new(
        "Maps with weak keys",
        "From an `Arc` to a `u64`, for each entry. Ours for one owner beside `weak-table` alone, ours for all threads beside \
         `weak-table` in a `Mutex`, both with FxHasher. Iterating makes a strong handle of each key; ours for all threads does \
         it over a snapshot and with no lock held, the peer with the lock held all the time. A sweep gives the \
         dead and the table's memory back, the peer's by `shrink_to_fit`. With two threads, one thread's own.",
    );
    let table = &mut section.table;
    table.add(rows::MAP_INSERT, effort.of(questions::weak_map_inserts(1000)));
    table.add(rows::MAP_INSERT_MANY, effort.of_many(questions::weak_map_inserts(100_000)));
    table.add(rows::MAP_HIT, effort.of(questions::weak_map_hits()));
    table.add(rows::MAP_HIT_2, effort.with_threads(questions::contended_weak_map_hits()));
    table.add(rows::MAP_ITERATE, effort.of(questions::weak_map_iterations()));
    table.add(rows::MAP_CHURN, effort.of(questions::weak_map_churn()));
    table.add(rows::MAP_CHURN_2, effort.with_threads(questions::contended_weak_map_churn()));
    table.add(rows::MAP_DEATHS, effort.of_many(questions::weak_map_deaths()));
    section
}

/// Interners of strings.
pub fn interners(effort: Effort) -> Section {
    let mut section = Section::new(
        "Interners",
        "Strings of 20 bytes, 1,024 of them interned and kept; the handle that a look-up returns is dropped. Ours and \
         `internment::ArcIntern` free what nobody has; `ustr` frees nothing, and its handles have no count.",
    );
    let table = &mut section.table;
    table.add(rows::INTERN_HIT, effort.of(questions::interner_hits()));
    table.add(rows::INTERN_HIT_2, effort.with_threads(questions::contended_interner_hits()));
    table.add(rows::INTERN_LIFE, effort.of(questions::interner_lives()));
    section
}
