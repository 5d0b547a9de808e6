//! What a hit costs by how large the argument is.

use super::{NANOSECONDS, add_rows, bytes};
use crate::questions;
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale};
use crate::report::{Effort, Section};

/// From 16 bytes to 1 MiB.
pub fn argument_size(effort: Effort) -> Section {
    let mut section = Section::new(
        "Cost against the argument's size",
        "Eight objects with texts of so many bytes, hit in turn. By identity nobody reads them; the deep keys hash them on every \
         call (`moka` and `quick_cache` with FxHasher).",
    );
    let sizes = [16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];
    let measured = sizes.map(|size| (size as f64, effort.of(questions::hits_by_argument_size(size))));
    add_rows(&mut section, &measured, |size| format!("hit, an argument of {}", bytes(size)));
    let x = Axis { label: "size of the argument", tick: |size| bytes(*size as u64), scale: Scale::Logarithmic(4.0) };
    let lines = Lines::through(&measured, x, NANOSECONDS);
    let title = "A hit by the size of the argument";
    section.plots.push(Plot { file: "argument-size.svg", title, kind: Kind::Lines(lines) });
    section
}
