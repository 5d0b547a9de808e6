//! Many objects that die at once.

use super::{number, thousands};
use crate::fresh::Figure;
use crate::questions::{self, Burst};
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale};
use crate::report::{Effort, Section};
use crate::run::Medians;

/// A crowd of a hundred thousand and more; what a `sweep()` of one costs; what a handle tells of a million.
pub fn bursts(effort: Effort) -> Section {
    let mut section = Section::new(
        "A crowd dies at once",
        "So many objects with a result each are dropped together, 256 others live on, and calls go on: as many as died, half of them \
         misses on new objects that are dropped at once, half hits on the survivors. Each call is timed by itself, the clock's some 25 ns \
         included, and a long one by what its thread ran itself, so that what the system did in between is not in it; the worst is the least of three crowds' worst. Peers as each is used at its \
         best: `weak-table` in a Mutex finds the dead by itself when it is full; `dashmap` is told of each object before it \
         goes, by key (that is in the time of the drop); `moka` and `quick_cache` have room for all and are told of none: they \
         keep the dead until others need the room. In the object, the results go in the drop, and nothing is left for later.",
    );
    let sizes = [100_000, 1_000_000, 4_000_000].into_iter().filter(|size| *size <= effort.objects);
    let mut worst = Vec::new();
    for size in sizes {
        let bursts = questions::bursts(size);
        let cells = |of: fn(&Burst) -> f64| -> Medians { bursts.iter().map(|one| (one.column, of(one))).collect() };
        let died = thousands(size);
        let mut microseconds = cells(|burst| burst.worst / 1e3);
        worst.push((size as f64, microseconds.clone()));
        microseconds
            .extend(taken(&questions::allocators(), size, 0).into_iter().map(|(column, taken)| (column, taken / 1e3)));
        let rows = [
            (format!("worst call after {died} objects died together, µs"), microseconds),
            (format!("99.99 % of the calls after {died} died are shorter than, µs"), cells(|burst| burst.high / 1e3)),
            (format!("hit on survivors while {died} others live, ns"), cells(|burst| burst.before)),
            (format!("hit on survivors after {died} died, over before"), cells(|burst| burst.meanwhile / burst.before)),
            (format!("drop of one of {died}, with what the user has to do, ns"), cells(|burst| burst.drop)),
            (format!("{died} dead given back at once, ns each"), taken(&questions::reclaims_at_once(), size, 0)),
        ];
        rows.into_iter().for_each(|(label, cells)| section.table.add(label, cells));
    }
    section.table.note(
        "Worst call: `Box` is one allocation of 4 KiB after as many boxes of the bare object were dropped, with no memo in sight. What glibc's \
         allocator puts off until then is in every column whose results or objects are small. Given back at once: ours by `sweep()`, `weak-table` by `remove_expired()`, `dashmap` and `quick_cache` by a `retain` that asks each \
         key whether its object is dead, `moka` by a walk that removes each dead key; here nobody was told of a death. `Box` is the drop of as many boxes of the bare \
         object in the same order, which is not that of their addresses."
            .into(),
    );
    let objects = effort.objects.min(1_000_000);
    let handles = questions::handles();
    let told: Vec<(&'static str, Vec<f64>)> =
        handles.iter().map(|figure| (figure.column, figure.take(objects))).collect();
    for (at, ask) in ["stats", "is_empty", "len"].iter().enumerate() {
        let cells = told.iter().map(|(column, numbers)| (*column, numbers[at])).collect();
        section.table.add(format!("`{ask}()` with {} objects, µs", thousands(objects)), cells);
    }
    if worst.len() > 1 {
        let x = Axis {
            label: "objects that died",
            tick: |count| thousands(*count as u64),
            scale: Scale::Logarithmic(10.0),
        };
        let y = Axis { label: "µs of the worst call", tick: number, scale: Scale::Logarithmic(10.0) };
        section.plots.push(Plot {
            file: "bursts.svg",
            title: "The worst call after a crowd died",
            about: "with what the allocator puts off; both axes are logarithmic",
            kind: Kind::Lines(Lines::through(&worst, x, y)),
        });
    }
    section
}

fn taken(figures: &[Figure], size: u64, at: usize) -> Medians {
    figures.iter().map(|figure| (figure.column, figure.take(size)[at])).collect()
}
