//! Loads with room for a part of what they ask: how often a call hits, beside the best that is possible, and what it costs.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::Xoshiro256PlusPlus as Rng;

use rand_distr::{Distribution as _, Zipf};

use super::keys::ROOM;
use crate::doc::DERIVED_FOR;
use crate::loops::OneOwner;
use crate::run::Medians;
use crate::subject::Keyed;
use crate::subjects::with_capacity;

/// What a load did with one subject.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Its column.
    pub column: &'static str,
    /// Calls that found their result, of all calls.
    pub hit_ratio: f64,
    /// A call, misses with their next to empty body among them.
    pub nanoseconds: f64,
}

/// One object, 10,000 extra keys by Zipf's law with this `exponent`, room for 1,000; the same `calls` for every subject, once
/// to fill it and then `rounds` times, in turn; the fastest round counts.
pub fn zipf(exponent: f64, calls: usize, rounds: usize) -> Vec<Load> {
    let trace = Trace::Zipf { exponent, keys: 10_000 }.calls(calls);
    type Round = Box<dyn Fn(&[u32]) -> Duration>;
    fn loaded<K: Keyed + 'static>() -> (&'static str, Round) {
        let store = OneOwner::<K>::new(ROOM);
        (K::COLUMN, Box::new(move |trace| store.ask(trace)))
    }
    let subjects = with_capacity!(loaded());
    let mut loads: Vec<Load> = Vec::new();
    for (column, ask) in &subjects {
        let misses = misses_of(&trace, |trace| _ = ask(trace));
        let hit_ratio = 1.0 - misses as f64 / calls as f64;
        loads.push(Load { column, hit_ratio, nanoseconds: f64::INFINITY });
    }
    for _ in 0..rounds {
        for (load, (_, ask)) in loads.iter_mut().zip(&subjects) {
            let taken = ask(&trace).as_secs_f64() * 1e9 / calls as f64;
            load.nanoseconds = load.nanoseconds.min(taken);
        }
    }
    loads
}

/// Bodies run by a trace that was asked once before.
fn misses_of(trace: &[u32], ask: impl Fn(&[u32])) -> u64 {
    ask(trace);
    let before = DERIVED_FOR.get();
    ask(trace);
    DERIVED_FOR.get() - before
}

/// Which keys are asked in which order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trace {
    /// Few keys often and many seldom.
    Zipf {
        /// The more, the fewer are asked often.
        exponent: f64,
        /// How many there are.
        keys: u32,
    },
    /// So many keys in turn, round and round.
    Loop {
        /// How many there are.
        keys: u32,
    },
    /// Zipf's law with exponent 1.0 over 10,000 keys, and after every 4,000 calls 2,000 keys that come this once.
    Scans,
}

/// What is asked in the report: Zipf with room for a hundredth of the keys and for a tenth, and what keeps no order of the last use well.
pub const TRACES: [Trace; 9] = [
    Trace::Zipf { exponent: 0.6, keys: 100_000 },
    Trace::Zipf { exponent: 0.8, keys: 100_000 },
    Trace::Zipf { exponent: 1.0, keys: 100_000 },
    Trace::Zipf { exponent: 1.2, keys: 100_000 },
    Trace::Zipf { exponent: 0.6, keys: 10_000 },
    Trace::Zipf { exponent: 0.8, keys: 10_000 },
    Trace::Zipf { exponent: 1.0, keys: 10_000 },
    Trace::Loop { keys: 1_100 },
    Trace::Scans,
];

impl Trace {
    /// So many calls or some less, the same in every run.
    fn calls(self, calls: usize) -> Vec<u32> {
        let mut rng = Rng::seed_from_u64(0x5eed);
        match self {
            Self::Zipf { exponent, keys } => {
                let law = Zipf::new(f64::from(keys), exponent).expect("keys and a positive exponent");
                (0..calls).map(|_| law.sample(&mut rng) as u32).collect()
            }
            // Whole rounds, so that the second time goes on as the first one ended.
            Self::Loop { keys } => (0..keys).cycle().take(calls - calls % keys as usize).collect(),
            Self::Scans => {
                let law = Zipf::new(10_000.0, 1.0).expect("keys and a positive exponent");
                // Keys above all others. The second pass asks them again, when they are long gone.
                let mut once = 1_000_000..;
                let call = |at: usize| match at % 6_000 {
                    ..4_000 => law.sample(&mut rng) as u32,
                    _ => once.next().unwrap_or_default(),
                };
                (0..calls).map(call).collect()
            }
        }
    }
}

/// How the column of the optimum is called.
pub const OPTIMUM: &str = "optimum";

/// Of a hundred calls of a trace, how many find their result, with room for 1,000; asked once before. The last column is what no cache can better.
pub fn hit_ratios(trace: Trace, calls: usize) -> Medians {
    fn ratio<K: Keyed>(trace: &[u32]) -> (&'static str, f64) {
        let store = OneOwner::<K>::new(ROOM);
        let misses = misses_of(trace, |trace| _ = store.ask(trace));
        (K::COLUMN, percent(trace.len() - misses as usize, trace.len()))
    }
    let trace = &trace.calls(calls)[..];
    let mut ratios = with_capacity!(ratio(trace));
    ratios.push((OPTIMUM, percent(optimum(&[trace, trace].concat(), trace.len(), ROOM), trace.len())));
    ratios
}

fn percent(hits: usize, calls: usize) -> f64 {
    hits as f64 * 100.0 / calls as f64
}

/// Hits from the call at `from` on of a cache that knows the future: it keeps what is asked again soonest, and stores nothing that
/// is asked again later than all it has.
fn optimum(trace: &[u32], from: usize, room: usize) -> usize {
    let mut next = vec![usize::MAX; trace.len()];
    let mut seen = HashMap::new();
    for (at, key) in trace.iter().enumerate().rev() {
        next[at] = seen.insert(*key, at).unwrap_or(usize::MAX);
    }
    // Each key by its next call; which is one key's alone, where there is one.
    let mut kept = BTreeSet::new();
    let mut hits = 0;
    for (at, next) in next.into_iter().enumerate() {
        hits += usize::from(kept.remove(&at) && at >= from);
        if next == usize::MAX {
            continue;
        }
        kept.insert(next);
        if kept.len() > room {
            kept.pop_last();
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_optimum_keeps_what_is_asked_soonest() {
        // With room for two of three, two of them hit in every round.
        let rounds: Vec<u32> = (0..3).cycle().take(30).collect();
        assert_eq!(optimum(&rounds, 0, 2), 18);
        assert_eq!(optimum(&rounds, 15, 2), 10);
        assert_eq!(optimum(&rounds, 0, 3), 27);
        // A key that comes once takes nobody's place.
        assert_eq!(optimum(&[1, 2, 9, 1, 2, 8, 1, 2], 0, 2), 4);
    }

    #[test]
    fn a_trace_is_the_same_in_every_run() {
        for trace in TRACES {
            assert_eq!(trace.calls(5_000), trace.calls(5_000));
        }
        assert!(Trace::Scans.calls(12_000).iter().filter(|key| **key >= 1_000_000).count() == 4_000);
    }
}
