//! What a hit costs, by threads and by whether they share their objects.

use crate::questions;
use crate::report::plot::{Bars, Kind, Plot};
use crate::report::{Effort, Section, rows};
use crate::run::Medians;

/// One hot object and 1,024, one thread and two, the same objects and apart.
pub fn hits(effort: Effort) -> Section {
    let mut section = Section::new(
        "A hit",
        "One call whose result is remembered. On one hot object in a tight loop, and on 1,024 objects in turn, each with a text \
         of 1 KiB, which only the deep keys read.",
    );
    let one = effort.of(questions::hits(1024));
    let same = effort.with_threads(questions::contended_hits(2, 1024));
    let apart = effort.with_threads(questions::contended_hits_apart(2, 1024));
    section.plots.push(peers(&one));
    section.plots.push(threads(&one, &same, &apart));
    section.table.add(rows::HOT, effort.of(questions::hot_hits()));
    section.table.add(rows::HIT, one);
    section.table.add(rows::HOT_2, effort.with_threads(questions::contended_hot_hits(2)));
    section.table.add(rows::HIT_2, same);
    section.table.add(rows::APART_2, apart);
    section
}

fn peers(one: &Medians) -> Plot {
    let bars = Bars { unit: "ns", groups: vec![("1,024 objects, 1 thread", one.clone())] };
    Plot { file: "peers.svg", title: "A hit, ours beside the peers", kind: Kind::Bars(bars) }
}

fn threads(one: &Medians, same: &Medians, apart: &Medians) -> Plot {
    let shared = |column: &str| same.iter().any(|(known, _)| *known == column);
    let one = one.iter().copied().filter(|(column, _)| shared(column)).collect();
    let groups =
        vec![("1 thread", one), ("2 threads, the same objects", same.clone()), ("2 threads, apart", apart.clone())];
    Plot { file: "threads.svg", title: "A hit, 1,024 objects", kind: Kind::Bars(Bars { unit: "ns", groups }) }
}
