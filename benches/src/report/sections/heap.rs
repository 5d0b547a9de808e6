//! What is on the heap.

use crate::fresh::Figure;
use crate::questions;
use crate::report::{Section, rows};
use crate::run::Medians;

/// Bytes an entry; steady and peak through a window of objects, small and large.
pub fn heap() -> Section {
    let mut section = Section::new(
        "Heap",
        "Bytes requested, without what the allocator adds; each figure from a fresh process. An entry's bytes are all that an \
         object grows by, the anchor or field in it included. Of the windows, the objects are in the figures.",
    );
    let entries = questions::entry_bytes().iter().map(|figure| (figure.column, figure.take(0)[0])).collect();
    section.table.add(rows::ENTRY, entries);
    let (steady, peak) = steady_and_peak(&questions::churn_bytes(), 1024.0);
    section.table.add(rows::CHURN_STEADY, steady);
    section.table.add(rows::CHURN_PEAK, peak);
    let (steady, peak) = steady_and_peak(&questions::large_bytes(), 1024.0 * 1024.0);
    section.table.add(rows::LARGE_STEADY, steady);
    section.table.add(rows::LARGE_PEAK, peak);
    section
}

fn steady_and_peak(figures: &[Figure], unit: f64) -> (Medians, Medians) {
    figures
        .iter()
        .map(|figure| {
            let bytes = figure.take(0);
            ((figure.column, bytes[0] / unit), (figure.column, bytes[1] / unit))
        })
        .unzip()
}
