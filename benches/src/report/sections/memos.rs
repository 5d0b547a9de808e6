//! What a hit costs by how many memos an object has.

use super::{NANOSECONDS, thousands};
use crate::questions;
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale};
use crate::report::{Effort, Section, rows};

/// From one to a thousand on one object.
pub fn memos(effort: Effort) -> Section {
    let mut section = Section::new(
        "Many memos on one object",
        "Each memo asked in turn, each a function of its own: past a hundred the code itself is more than a first cache holds.",
    );
    let (counts, sets): (Vec<_>, Vec<_>) = questions::hits_in_a_crowd().into_iter().unzip();
    let sets: [_; 5] = sets.try_into().unwrap_or_default();
    let measured: Vec<_> = counts.into_iter().zip(effort.together(sets)).collect();
    for (count, cells) in &measured {
        section.table.add(label(*count), cells.clone());
    }
    let points: Vec<_> = measured.into_iter().map(|(count, cells)| (count as f64, cells)).collect();
    let x =
        Axis { label: "memos on the object", tick: |count| thousands(*count as u64), scale: Scale::Logarithmic(10.0) };
    let lines = Lines::through(&points, x, NANOSECONDS);
    let title = "A hit by the number of memos on one object";
    section.plots.push(Plot { file: "memos.svg", title, kind: Kind::Lines(lines) });
    section
}

fn label(count: usize) -> &'static str {
    match count {
        ..8 => rows::MEMO,
        8..30 => rows::MEMOS_8,
        30..100 => rows::MEMOS_30,
        100..1000 => rows::MEMOS_100,
        1000.. => rows::MEMOS_1000,
    }
}
