//! What a hit costs: by threads, by what is remembered, by the size of the argument, by how many memos and objects there are.

use super::{NANOSECONDS, add_rows, bytes, thousands};
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
    section.plots.push(Plot {
        file: "argument-size.svg",
        title: "By identity, a hit does not depend on the argument's size",
        about: "a hit on eight objects in turn; deep keys hash the argument's content, both axes are logarithmic",
        kind: Kind::Lines(lines),
    });
    section
}

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
        section.table.add(memos_on_it(*count), cells.clone());
    }
    let points: Vec<_> = measured.into_iter().map(|(count, cells)| (count as f64, cells)).collect();
    let x =
        Axis { label: "memos on the object", tick: |count| thousands(*count as u64), scale: Scale::Logarithmic(10.0) };
    let lines = Lines::through(&points, x, Axis { scale: Scale::Linear, ..NANOSECONDS });
    section.plots.push(Plot {
        file: "memos.svg",
        title: "A hit takes nanoseconds with a thousand memos on one object, too",
        about: "each memo in turn; the number of memos is logarithmic",
        kind: Kind::Lines(lines),
    });
    section
}

fn memos_on_it(count: usize) -> &'static str {
    match count {
        ..8 => rows::MEMO,
        8..30 => rows::MEMOS_8,
        30..100 => rows::MEMOS_30,
        100..1000 => rows::MEMOS_100,
        1000.. => rows::MEMOS_1000,
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
    section.plots.push(Plot {
        file: "objects.svg",
        title: "On many objects, the machine's caches decide what a hit costs",
        about: "a hit, objects without text in random order; both axes are logarithmic",
        kind: Kind::Lines(lines),
    });
    if effort.objects >= 1_000_000 {
        section.table.add(rows::MANY_2, effort.of_many(questions::contended_hits_on_many(2, 1_000_000)));
    }
    section
}
