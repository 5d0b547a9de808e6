//! What a hit costs by how many objects there are.

use super::{NANOSECONDS, add_rows, thousands};
use crate::questions;
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale};
use crate::report::{Effort, Section, rows};

/// A thousand and a million.
pub fn few_and_many(effort: Effort) -> Section {
    let mut section = Section::new(
        "A hit on few objects and on many",
        "Objects without texts. A million of them with what is remembered are more than the caches of the machine hold.",
    );
    // One after the other: interleaved, the few of a subject with one table for the process would lie among its many.
    section.table.add(rows::FEW, effort.of(questions::hits_on_many(1_000)));
    section.table.add(rows::MANY, effort.of_many(questions::hits_on_many(1_000_000)));
    section
}

/// The same with two threads, and from ten to ten million in a process of its own for each.
pub fn many_objects(effort: Effort) -> Section {
    let mut section = Section::new(
        "Many objects",
        "Hits in an order that no prefetcher foresees, each subject and size in a process of its own. What all lines share is what \
         the machine's caches do to any table.",
    );
    let sizes = (1..).map(|zeros| 10u64.pow(zeros)).take_while(|size| *size <= effort.objects);
    let take = |size| -> Vec<_> {
        questions::hits_by_objects().iter().map(|figure| (figure.column, figure.take(size)[0])).collect()
    };
    let measured: Vec<_> = sizes.map(|size| (size as f64, take(size))).collect();
    add_rows(&mut section, &measured, |objects| format!("hit, {} objects", thousands(objects)));
    let x = Axis { label: "objects", tick: |count| thousands(*count as u64), scale: Scale::Logarithmic(10.0) };
    let lines = Lines::through(&measured, x, NANOSECONDS);
    section.plots.push(Plot { file: "objects.svg", title: "A hit by the number of objects", kind: Kind::Lines(lines) });
    if effort.objects >= 1_000_000 {
        section.table.add(rows::MANY_2, effort.of_many(questions::contended_hits_on_many(2, 1_000_000)));
    }
    section
}
