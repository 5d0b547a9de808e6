//! What a hit costs: by threads, by what is remembered, on few objects and on many.

use super::NANOSECONDS;
use crate::questions::{self, Value};
use crate::report::plot::{Axis, Dots, Kind, Lines, Plot, Row, Scale, Series};
use crate::report::{Effort, Figures, Section, rows};
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
    let more = thread_counts().map(|count| (count, effort.with_threads(questions::contended_hits(count, 1024))));
    let more: Vec<_> = more.collect();
    section.plots.push(peers(&one));
    section.plots.push(threads(&one, &same, &more));
    section.table.add(rows::HOT, effort.of(questions::hot_hits()));
    section.table.add(rows::HIT, one);
    section.table.add(rows::HOT_2, effort.with_threads(questions::contended_hot_hits(2)));
    section.table.add(rows::HIT_2, same);
    section.table.add(rows::APART_2, apart);
    for (count, cells) in more {
        section.table.add(format!("hit, 1,024 objects, {count} threads"), cells);
    }
    section
}

/// 4, 8 and so on, as far as the machine has them.
fn thread_counts() -> impl Iterator<Item = u32> {
    let most = std::thread::available_parallelism().map_or(1, |count| count.get() as u32);
    std::iter::successors(Some(4), |count| Some(2 * count)).take_while(move |count| *count <= most)
}

/// Ours first, then the floor, then the peers from the fastest on; each crate once.
const PEERS: [Row; 10] = [
    Row { name: "anchor inside", columns: &["in-object by reference", "in-object by clone"], note: "" },
    Row { name: "Arc", columns: &["Arc by reference", "Arc by clone"], note: "" },
    Row { name: "a field, by hand", columns: &["field"], note: "a OnceLock in the struct" },
    Row { name: "HashMap", columns: &["HashMap"], note: "in a RefCell, for one thread" },
    Row { name: "memoize", columns: &["memoize"], note: "a table for each thread" },
    Row { name: "papaya", columns: &["papaya"], note: "" },
    Row { name: "dashmap", columns: &["dashmap"], note: "" },
    Row { name: "quick_cache", columns: &["quick_cache"], note: "" },
    Row { name: "cached", columns: &["cached"], note: "" },
    Row { name: "moka", columns: &["moka"], note: "" },
];

fn peers(one: &Medians) -> Plot {
    let label = "ns per call, logarithmic; a dot by reference, a ring by clone";
    Plot {
        file: "peers.svg",
        title: "A hit costs more than a field, and less than in a map that threads share",
        about: "1,024 objects in turn, one thread; maps are keyed by address",
        kind: Kind::Dots(Dots { rows: &PEERS, cells: one.clone(), label }),
    }
}

/// Those that are the same thing on one thread and on several.
const ON_THREADS: [&str; 10] = [
    "field",
    "in-object by reference",
    "Arc by reference",
    "Arc by clone",
    "memoize",
    "papaya",
    "dashmap",
    "quick_cache",
    "cached",
    "moka",
];

fn threads(one: &Medians, same: &Medians, more: &[(u32, Medians)]) -> Plot {
    let measured = [(1, one), (2, same)].into_iter().chain(more.iter().map(|(count, cells)| (*count, cells)));
    let shown = measured.map(|(count, cells)| {
        (f64::from(count), cells.iter().copied().filter(|(name, _)| ON_THREADS.contains(name)).collect())
    });
    let x = Axis {
        label: "threads on the same objects",
        tick: |count| format!("{count:.0}"),
        scale: Scale::Logarithmic(2.0),
    };
    let mut lines = Lines::through(&shown.collect::<Vec<_>>(), x, NANOSECONDS);
    for Series { name, label, points } in &mut lines.series {
        let [(_, first), .., (_, last)] = points[..] else { continue };
        let kind = if *name == "memoize" { " (a table each)" } else { "" };
        *label = format!("{name}{kind}: {} → {}", Figures(first), Figures(last));
    }
    Plot {
        file: "threads.svg",
        title: "A second thread slows down what takes a lock, and no hit of memo-core",
        about: "a hit, 1,024 objects in turn; one thread's own time, logarithmic",
        kind: Kind::Lines(lines),
    }
}

/// Plain data and a counted pointer, by reference and by clone.
pub fn values(effort: Effort) -> Section {
    let mut section = Section::new(
        "A hit by what is remembered",
        "1,024 objects. A `u64` is in the table above; where the value's own clone costs something, the caller of the lending \
         memo clones too.",
    );
    for (value, runs) in questions::hits_for_values() {
        section.table.add(kind(value), effort.of(runs));
    }
    section
}

fn kind(value: Value) -> &'static str {
    match value {
        Value::Pair => rows::PAIR,
        Value::Quad => rows::QUAD,
        Value::Name => rows::NAME,
    }
}

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

/// A million on two threads.
pub fn many_on_threads(effort: Effort) -> Section {
    let mut section =
        Section::new("Many objects on two threads", "Objects without texts, each thread on a half of its own.");
    section.table.add(rows::MANY_2, effort.of_many(questions::contended_hits_on_many(2, 1_000_000)));
    section
}
