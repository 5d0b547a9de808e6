//! What a hit costs by how many extra keys one object has, and a load that asks few of them often and many seldom, with room
//! for a part.

use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::Xoshiro256PlusPlus as Rng;
use rand_distr::{Distribution as _, Zipf};

use crate::doc::DERIVED_FOR;
use crate::loops::{Keys, OneOwner};
use crate::run::Run;
use crate::subject::Keyed;
use crate::subjects::{with_capacity, with_many_keys};

/// Hits on one object with `count` extra keys in turn, one thread.
pub fn hits_among_keys(count: usize) -> Vec<Run> {
    fn run<K: Keyed + 'static>(count: usize) -> Run {
        let mut keys = None;
        Run::named(K::NAME, K::COLUMN, move |hits| keys.get_or_insert_with(|| Keys::<K>::new(count)).hits(hits))
    }
    with_many_keys!(run(count))
}

/// How many keys there are.
const KEYS: f64 = 10_000.0;
/// Room for how many: that of the memos in `ours::keyed`.
const ROOM: usize = 1_000;

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
    let law = Zipf::new(KEYS, exponent).expect("keys and a positive exponent");
    let mut rng = Rng::seed_from_u64(0x5eed);
    let trace: Vec<u32> = (0..calls).map(|_| law.sample(&mut rng) as u32).collect();
    type Round = Box<dyn Fn(&[u32]) -> Duration>;
    fn loaded<K: Keyed + 'static>() -> (&'static str, Round) {
        let store = OneOwner::<K>::new(ROOM);
        (K::COLUMN, Box::new(move |trace| store.ask(trace)))
    }
    let subjects = with_capacity!(loaded());
    let mut loads: Vec<Load> = Vec::new();
    for (column, ask) in &subjects {
        ask(&trace);
        let before = DERIVED_FOR.get();
        ask(&trace);
        let misses = DERIVED_FOR.get() - before;
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
