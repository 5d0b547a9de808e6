//! What is on the heap, and over time while objects come and go.

use super::thousands;
use crate::fresh::Figure;
use crate::questions::{self, READINGS};
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale, Series};
use crate::report::{Effort, Figures, Section, rows};
use crate::run::Medians;

/// Bytes an entry; steady and peak through a window of objects, small and large.
pub fn heap() -> Section {
    let mut section = Section::new(
        "Heap",
        "Bytes requested, without what the allocator adds; each figure from a fresh process. An entry's bytes are all that an \
         object grows by, the anchor or field in it included. Of the windows, the objects are in the figures.",
    );
    let of = |figures: Vec<Figure>| figures.iter().map(|figure| (figure.column, figure.take(0)[0])).collect();
    section.table.add(rows::ENTRY, of(questions::entry_bytes()));
    section.table.add(rows::KEYED_ENTRY, of(questions::keyed_entry_bytes()));
    section.table.add(rows::KEYED_ENTRY_4, of(questions::keyed_entry_bytes_of_few()));
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

/// A million objects, of which a thousand are alive at a time.
pub fn over_time(effort: Effort) -> Section {
    let objects = questions::CHURNED.min(effort.objects);
    let mut section = Section::new(
        "Heap over time",
        "Each object is called once. Nobody tells any store of a death: what is weak lets go by itself, what is bounded keeps a \
         thousand, what is neither keeps all. KiB, the 1,000 living objects included; `bare` is they alone.",
    );
    let series: Vec<Series> = questions::heap_over_time()
        .iter()
        .map(|figure| {
            let parts = (1..).map(|part| (part * objects / READINGS as u64) as f64);
            let kibibytes = figure.take(objects).into_iter().map(|bytes| bytes / 1024.0);
            Series { name: figure.column, label: figure.column.into(), points: parts.zip(kibibytes).collect() }
        })
        .collect();
    for at in [0, 9, 49, 99] {
        let cells = series.iter().map(|series| (series.name, series.points[at].1)).collect();
        let gone = series[0].points[at].0 as u64;
        section.table.add(format!("heap after {} objects, KiB", thousands(gone)), cells);
    }
    section.plots.push(strong_and_weak(series));
    section
}

/// A strong cache, ours at its largest, and the objects alone.
const SHOWN: [(&str, &str); 3] = [
    ("cached, deep, unbounded", "cached, no bound"),
    ("bare", "objects alone"),
    ("Arc by clone", "memo-core, Arc by clone"),
];

fn strong_and_weak(mut series: Vec<Series>) -> Plot {
    series.retain_mut(|Series { name, label, points }| {
        let shown = SHOWN.iter().find(|(known, _)| known == name);
        let end = points.last().map_or(0.0, |(_, kibibytes)| kibibytes / 1024.0);
        points.iter_mut().for_each(|(_, kibibytes)| *kibibytes /= 1024.0);
        *label = format!("{}: {} MiB", shown.map_or("", |(_, label)| label), Figures(end));
        shown.is_some()
    });
    // What is smallest is drawn last, or it would be hidden.
    series.sort_by(|one, other| f64::total_cmp(&other.points[0].1, &one.points[0].1));
    let x = Axis { label: "objects so far", tick: |count| thousands(*count as u64), scale: Scale::Linear };
    let y = Axis { label: "MiB on the heap", tick: |mebibytes| format!("{mebibytes:.0}"), scale: Scale::Linear };
    Plot {
        file: "heap-over-time.svg",
        title: "Results go with their objects, and the heap stays flat",
        about: "objects come and go, 1,000 alive at a time; cached without a bound keeps all",
        kind: Kind::Lines(Lines { x, y, series }),
    }
}
