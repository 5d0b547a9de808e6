//! What a miss costs, an object's life, and many objects' in a window.

use crate::questions;
use crate::report::{Effort, Section, rows};
use crate::run::Medians;

/// First calls; lives one at a time; lives of which a thousand overlap.
pub fn lives(effort: Effort) -> Section {
    let mut section = Section::new(
        "A miss, an object's life, churn",
        "A miss is the first call on a fresh object; its body is a multiplication. A life is: make the object, call once, drop it, \
         less what making and dropping take by themselves.",
    );
    section.table.add(rows::MISS, effort.of(questions::misses()));
    let (over, bare) = over_bare(effort.of(questions::lives()));
    section.table.add(rows::LIFE, over);
    section.table.note(bare);
    section.table.add(rows::CHURN, effort.of(questions::churn()));
    section
}

/// Lives less the bare life of the same pointer.
fn over_bare(lives: Medians) -> (Medians, String) {
    let of = |name| lives.iter().find(|(column, _)| *column == name).map_or(0.0, |(_, time)| *time);
    let (arc, rc) = (of("bare"), of("bare Rc"));
    let over = lives.iter().filter(|(column, _)| !column.starts_with("bare"));
    let over = over.map(|(column, time)| (*column, time - if column.starts_with("Rc ") { rc } else { arc })).collect();
    (over, format!("The bare life takes {arc:.1} ns with an `Arc`, {rc:.1} ns with an `Rc`."))
}
