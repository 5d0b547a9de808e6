//! What a hit costs by what is remembered.

use crate::questions::{self, Value};
use crate::report::{Effort, Section, rows};

/// Plain data and a counted pointer, by reference and by clone.
pub fn values(effort: Effort) -> Section {
    let mut section = Section::new(
        "A hit by what is remembered",
        "1,024 objects. A `u64` is in the table above; where the value's own clone costs something, the caller of the lending \
         memo clones too.",
    );
    for (value, runs) in questions::hits_for_values() {
        section.table.add(label(value), effort.of(runs));
    }
    section
}

fn label(value: Value) -> &'static str {
    match value {
        Value::Pair => rows::PAIR,
        Value::Quad => rows::QUAD,
        Value::Name => rows::NAME,
    }
}
