//! How what a call costs grows with how much there is, each beside a bare hash table that is asked the same.

use super::{add_rows, bytes, number, thousands};
use crate::fresh::Figure;
use crate::questions;
use crate::report::plot::{Axis, Kind, Lines, Plot, Scale};
use crate::report::{Effort, Section, rows};
use crate::run::{Medians, median};

const UP: Axis = Axis { label: "ns per call", tick: number, scale: Scale::Logarithmic(10.0) };
const COUNT: fn(&f64) -> String = |count| thousands(*count as u64);

/// All curves.
pub fn growth(effort: Effort) -> [Section; 5] {
    [objects(effort), memos(effort), keys(effort), weak_arguments(effort), argument_size(effort)]
}

/// What is measured at each size.
type Curve = Vec<(f64, Medians)>;

/// Its lines in a file.
fn plot(file: &'static str, title: &'static str, about: &'static str, curve: &Curve, x: Axis) -> Plot {
    Plot { file, title, about, kind: Kind::Lines(Lines::through(curve, x, UP)) }
}

/// A curve for each of `N` numbers of the figures. One process for each subject and size; where a pass is one sample, as many as
/// there are repeats.
fn taken<const N: usize>(figures: &[Figure], sizes: &[u64], repeats: usize) -> [Curve; N] {
    let mut curves = [const { Curve::new() }; N];
    for size in sizes {
        let samples: Vec<Vec<Vec<f64>>> =
            figures.iter().map(|figure| (0..repeats).map(|_| figure.take(*size)).collect()).collect();
        for (number, curve) in curves.iter_mut().enumerate() {
            let middle = |samples: &Vec<Vec<f64>>| median(samples.iter().map(|sample| sample[number]).collect());
            let cells = figures.iter().zip(&samples).map(|(figure, samples)| (figure.column, middle(samples)));
            curve.push((*size as f64, cells.collect()));
        }
    }
    curves
}

/// A number of things.
fn counted(count: u64, thing: &str) -> String {
    format!("{} {thing}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// From one to ten million.
pub fn objects(effort: Effort) -> Section {
    let mut section = Section::new(
        "Many objects",
        "Hits in an order that no prefetcher foresees, and first calls on fresh objects, the growth of what holds their results \
         included; each subject and size in a process of its own. What all lines share is what the machine's caches do to any table. A processor begins \
         with the next hits while it waits for memory, the more of them the fewer instructions each has: `in turn` each hit is on an object that is known \
         when the one before has returned. Of one object, a miss has the clock's some 25 ns in it.",
    );
    let sizes = effort.sizes(1, 10_000_000);
    let [hits, in_turn] = taken(&questions::hits_by_objects(), &sizes, 1);
    let [misses] = taken(&questions::misses_by_objects(), &sizes, effort.repeats);
    add_rows(&mut section, &hits, |objects| format!("hit, {}", counted(objects, "object")));
    add_rows(&mut section, &in_turn, |objects| format!("hit in turn, {}", counted(objects, "object")));
    add_rows(&mut section, &misses, |objects| format!("miss, {}", counted(objects, "object")));
    let x = Axis { label: "objects", tick: COUNT, scale: Scale::Logarithmic(10.0) };
    section.plots.push(plot(
        "objects.svg",
        "On many objects, the machine's caches decide what a hit costs",
        "a hit, objects without text in random order; both axes are logarithmic",
        &hits,
        x,
    ));
    section.plots.push(plot(
        "objects-in-turn.svg",
        "Hits in turn wait for memory as long as in a bare table",
        "a hit on an object that is known when the one before has returned; both axes are logarithmic",
        &in_turn,
        x,
    ));
    section.plots.push(plot(
        "objects-misses.svg",
        "First calls on many objects: what memory that is touched for the first time costs",
        "first calls on so many fresh objects, each; both axes are logarithmic",
        &misses,
        x,
    ));
    section
}

/// From one to a thousand on one object.
pub fn memos(effort: Effort) -> Section {
    let mut section = Section::new(
        "Many memos on one object",
        "Each memo asked in turn, each a function of its own: past a hundred the code itself is more than a first cache holds. The table beside \
         them has a number for each memo as part of its key, and one function.",
    );
    let hits = effort.some(questions::hits_in_a_crowd().into());
    let misses = effort.some(questions::first_calls_in_a_crowd().into());
    let counts: Vec<f64> = hits.iter().map(|(count, _)| *count as f64).collect();
    let measured = |sets: Vec<(usize, _)>| -> Curve {
        let sets = sets.into_iter().map(|(_, runs)| runs).collect();
        counts.iter().copied().zip(effort.together(sets)).collect()
    };
    let (hits, misses) = (measured(hits), measured(misses));
    for (count, cells) in &hits {
        section.table.add(memos_on_it(*count as u64), cells.clone());
    }
    add_rows(&mut section, &misses, |count| format!("miss, each of {} memos on one object", thousands(count)));
    let x = Axis { label: "memos on the object", tick: COUNT, scale: Scale::Logarithmic(10.0) };
    section.plots.push(plot(
        "memos.svg",
        "A hit takes nanoseconds with a thousand memos on one object, too",
        "each memo in turn; both axes are logarithmic",
        &hits,
        x,
    ));
    section.plots.push(plot(
        "memos-misses.svg",
        "First calls of many memos on one object",
        "first calls, each memo in turn; both axes are logarithmic",
        &misses,
        x,
    ));
    section
}

fn memos_on_it(count: u64) -> &'static str {
    match count {
        ..8 => rows::MEMO,
        8..30 => rows::MEMOS_8,
        30..100 => rows::MEMOS_30,
        100..1000 => rows::MEMOS_100,
        1000.. => rows::MEMOS_1000,
    }
}

/// From one to a million on one object.
pub fn keys(effort: Effort) -> Section {
    let mut section = Section::new(
        "Many extra keys under one owner",
        "Hits on one object with each of its keys in turn, in an order that no prefetcher foresees, and first calls with fresh \
         keys, the growth of what holds them included; each subject and size in a process of its own; `in turn` as with many objects. Ours with `capacity = unbounded`; the peers' keys \
         are an address and the number, which pins nothing.",
    );
    let sizes = effort.sizes(1, 1_000_000);
    let [hits, in_turn] = taken(&questions::hits_by_keys(), &sizes, 1);
    let [misses] = taken(&questions::misses_by_keys(), &sizes, effort.repeats);
    add_rows(&mut section, &hits, |count| format!("hit, extra keys: {}", thousands(count)));
    add_rows(&mut section, &in_turn, |count| format!("hit in turn, extra keys: {}", thousands(count)));
    add_rows(&mut section, &misses, |count| format!("miss, extra keys: {}", thousands(count)));
    let x = Axis { label: "extra keys of one object", tick: COUNT, scale: Scale::Logarithmic(10.0) };
    section.plots.push(plot(
        "extra-keys.svg",
        "With many extra keys under one owner, a hit is a look-up in a large table",
        "a hit on one object, its keys in random order; both axes are logarithmic",
        &hits,
        x,
    ));
    section.plots.push(plot(
        "extra-keys-in-turn.svg",
        "Hits in turn show how often each has to wait for memory",
        "a hit with a key that is known when the one before has returned; both axes are logarithmic",
        &in_turn,
        x,
    ));
    section.plots.push(plot(
        "extra-keys-misses.svg",
        "Calls that add an extra key, with few of them and with many",
        "first calls with so many keys of one object, each; both axes are logarithmic",
        &misses,
        x,
    ));
    section
}

/// From one to eight.
pub fn weak_arguments(effort: Effort) -> Section {
    let mut section = Section::new(
        "Several objects as arguments",
        "Each call names objects of its own, 256 calls in turn; the death of any of them ends the entry. The table beside them is \
         keyed by all addresses and has to be told.",
    );
    let count = |sets: [_; 8]| effort.some((1..).map(f64::from).zip(sets).collect());
    let measured = |sets: Vec<(f64, _)>| -> Curve {
        let (counts, sets): (Vec<f64>, _) = sets.into_iter().unzip();
        counts.into_iter().zip(effort.together(sets)).collect()
    };
    let hits = measured(count(questions::hits_by_weak_arguments()));
    let misses = measured(count(questions::misses_by_weak_arguments()));
    add_rows(&mut section, &hits, |count| format!("hit, weak arguments: {count}"));
    add_rows(&mut section, &misses, |count| format!("miss, weak arguments: {count}"));
    let x = Axis { label: "objects that a call names", tick: COUNT, scale: Scale::Logarithmic(2.0) };
    section.plots.push(plot(
        "weak-arguments.svg",
        "Each further object of a call is a part of its key",
        "a hit on 256 calls in turn; both axes are logarithmic",
        &hits,
        x,
    ));
    section.plots.push(plot(
        "weak-arguments-misses.svg",
        "Each further object of a call is told to end the entry",
        "first calls on fresh objects; both axes are logarithmic",
        &misses,
        x,
    ));
    section
}

/// From 16 bytes to 1 MiB.
pub fn argument_size(effort: Effort) -> Section {
    let mut section = Section::new(
        "Cost against the argument's size",
        "Eight objects with texts of so many bytes, hit in turn, and first calls on 64 fresh ones, which were just made: of large ones the making \
         leaves nothing else in the caches. By identity nobody reads them; the deep keys hash them on every call (`moka` and `quick_cache` with FxHasher).",
    );
    let sizes = effort.some((2..11).map(|power| 4usize.pow(power)).collect());
    let hits: Curve =
        sizes.iter().map(|size| (*size as f64, effort.of(questions::hits_by_argument_size(*size)))).collect();
    let rounds = effort.rounds().min(15);
    let misses: Curve =
        sizes.iter().map(|size| (*size as f64, questions::misses_by_argument_size(*size, rounds))).collect();
    add_rows(&mut section, &hits, |size| format!("hit, an argument of {}", bytes(size)));
    add_rows(&mut section, &misses, |size| format!("miss, an argument of {}", bytes(size)));
    let x = Axis { label: "size of the argument", tick: |size| bytes(*size as u64), scale: Scale::Logarithmic(4.0) };
    section.plots.push(plot(
        "argument-size.svg",
        "By identity, a hit does not depend on the argument's size",
        "a hit on eight objects in turn; deep keys hash the argument's content, both axes are logarithmic",
        &hits,
        x,
    ));
    section.plots.push(plot(
        "argument-size-misses.svg",
        "By identity, a miss does not read the argument, whatever its size",
        "first calls on fresh objects, whose making empties the caches; both axes are logarithmic",
        &misses,
        x,
    ));
    section
}
