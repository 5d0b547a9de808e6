//! Many callers of one missing entry.

use crate::questions;
use crate::report::{Effort, Section};

/// Two callers, and more than the machine runs at once.
pub fn storm(effort: Effort) -> Section {
    let mut section = Section::new(
        "A storm on one missing entry",
        "Callers that start together on a fresh object; its body is some 30 µs of work. The time is from the first start until the last \
         caller has the result. Peers by what each offers for it: `sync_writes`, `get_with`, `get_or_insert_with`, `entry`.",
    );
    for callers in [2, 8] {
        let storms = questions::storms(callers, effort.rounds());
        let times = storms.iter().map(|storm| (storm.column, storm.microseconds)).collect();
        let computes = storms.iter().map(|storm| (storm.column, storm.computes)).collect();
        section.table.add(format!("storm of {callers} callers, µs"), times);
        section.table.add(format!("bodies run in a storm of {callers}"), computes);
    }
    section.table.note(format!("The body alone takes {:.1} µs.", questions::body_in_a_storm()));
    section
}
