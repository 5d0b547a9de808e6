//! Extra keys: a few on many objects, few and many on one, and how often a call hits where there is room for a part of them.

use super::thousands;
use crate::fresh::Figure;
use crate::questions::{self, Load, Trace};
use crate::report::{Effort, Section, Table, rows};
use crate::run::{Medians, median};

/// Four on each of 256 objects; four, a thousand and a hundred thousand on one, asked by one thread and by two; and a `String` of each.
pub fn extra_key(effort: Effort) -> Section {
    let mut section = Section::new(
        "A hit with an extra key",
        "A number beside the object. Keys of one object are asked in an order that no prefetcher foresees, with two threads by both at \
         once. Ours by clone with the bound of 1,024 that a memo has by itself, and `capacity = unbounded` for more, as by reference always; \
         the peers' keys are an address and the number, which pins nothing. A `String` is cloned on every hit, but by reference read in place.",
    );
    let table = &mut section.table;
    table.add(rows::EXTRA_KEY, effort.of(questions::hits_with_extra_key(256)));
    for (count, alone, shared) in [
        (4, rows::KEYS_4, rows::KEYS_4_2),
        (1_000, rows::KEYS_1000, rows::KEYS_1000_2),
        (100_000, rows::KEYS_100000, rows::KEYS_100000_2),
    ] {
        table.add(alone, effort.of(questions::hits_on_one_owner(count)));
        table.add(shared, effort.with_threads(questions::contended_hits_on_one_owner(2, count)));
    }
    table.add(rows::NAMES, effort.of(questions::hits_on_names(1_000)));
    table.add(rows::NAMES_2, effort.with_threads(questions::contended_hits_on_names(2, 1_000)));
    section
}

/// Calls that add a key, calls that evict one, and the worst of each.
pub fn insertion_and_eviction(effort: Effort) -> Section {
    let mut section = Section::new(
        "A new extra key, and an evicted one",
        "Each call is a miss with a next to empty body. The evicting ones come when all room is taken. Medians and worst are of calls \
         that are timed one by one, the clock's some 25 ns included, and a long one by what its thread ran itself; the worst is the least of \
         five processes' worst. A table that grows in one step pays for it in one call; `quick_cache` is told its size before, and has it from the start.",
    );
    let table = &mut section.table;
    table.add(rows::EVICTION, effort.of(questions::evictions()));
    median_and_worst(table, &questions::evicting(), [rows::EVICTING, rows::EVICTING_WORST]);
    median_and_worst(table, &questions::growing(), [rows::GROWING, rows::GROWING_WORST]);
    section
}

/// Processes that time calls one by one. What the worst call of only one of them met is the machine's.
const TRIALS: usize = 5;

fn median_and_worst(table: &mut Table, figures: &[Figure], [label_of_median, label_of_worst]: [&str; 2]) {
    let (mut medians, mut worst) = (Medians::new(), Medians::new());
    for figure in figures {
        let trials: Vec<_> = (0..TRIALS).map(|_| figure.take(0)).collect();
        medians.push((figure.column, median(trials.iter().map(|trial| trial[0]).collect())));
        let least = trials.iter().map(|trial| trial[1] / 1e3).fold(f64::INFINITY, f64::min);
        worst.push((figure.column, least));
    }
    table.add(label_of_median, medians);
    table.add(label_of_worst, worst);
}

/// Two exponents: a usual one and a flatter one, which is harder.
pub fn zipf(effort: Effort) -> Section {
    let mut section = Section::new(
        "A Zipf load with capacity",
        "10,000 extra keys of one object, asked by Zipf's law; room for 1,000. The same calls for every subject, once before \
         anything is counted. A miss costs its body, which is next to nothing, and the store's work: a real body would weigh the hit \
         ratio more.",
    );
    for exponent in [1.0, 0.8] {
        let loads = questions::zipf(exponent, calls(effort), effort.rounds().min(15));
        let row = |of: fn(&Load) -> f64| loads.iter().map(|load| (load.column, of(load))).collect();
        section.table.add(format!("hit ratio, exponent {exponent:.1}, %"), row(|load| load.hit_ratio * 100.0));
        section.table.add(format!("call, exponent {exponent:.1}, ns"), row(|load| load.nanoseconds));
    }
    section
}

/// Every trace, and the best that is possible.
pub fn hit_ratios(effort: Effort) -> Section {
    let mut section = Section::new(
        "What eviction keeps",
        "Of a hundred calls, how many find their result with room for 1,000 entries: extra keys of one object, the same calls for every \
         subject, all of them once before anything is counted. `cached` and `concurrent_cached` evict the least recently used. `optimum` knows the \
         future and may decline to store (Belady). No time is measured.",
    );
    for trace in questions::TRACES {
        let ratios: Medians = questions::hit_ratios(trace, calls(effort));
        section.table.add(named(trace), ratios);
    }
    section
}

fn calls(effort: Effort) -> usize {
    effort.objects.min(1_000_000) as usize
}

fn named(trace: Trace) -> String {
    match trace {
        Trace::Zipf { exponent, keys } => {
            format!("hits of 100 calls, Zipf {exponent:.1} over {} keys", thousands(keys.into()))
        }
        Trace::Loop { keys } => format!("hits of 100 calls, {} keys in turn, round and round", thousands(keys.into())),
        Trace::Scans => "hits of 100 calls, Zipf 1.0 over 10,000 keys, after every 4,000 calls a scan of 2,000".into(),
    }
}
