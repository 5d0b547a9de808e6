//! Many callers of one missing entry at once: how long until all have it, and how many computed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::doc::{DERIVED_SLOWLY, Doc, Object};
use crate::run::median;
use crate::subject::Shared;
use crate::subjects::in_a_storm;

/// What storms did with one subject.
#[derive(Debug, Clone, Copy)]
pub struct Storm {
    /// Its column.
    pub column: &'static str,
    /// Microseconds from the first caller's start until the last has the result.
    pub microseconds: f64,
    /// Bodies run in one storm.
    pub computes: f64,
}

/// Storms in one sample.
const SAMPLE: usize = 20;

/// Storms of `threads` callers on fresh objects, `rounds` samples of them in turn; medians.
pub fn storms(threads: usize, rounds: usize) -> Vec<Storm> {
    type Sample = fn(usize) -> Measured;
    fn subject<S: Shared + 'static>() -> (&'static str, Sample) {
        // `cached` has two forms here, which are two columns.
        (S::COLUMN, sample::<S>)
    }
    let subjects = in_a_storm!(subject());
    let mut walls = vec![Vec::new(); subjects.len()];
    let mut computes = vec![0; subjects.len()];
    for _ in 0..rounds {
        for (at, (_, sample)) in subjects.iter().enumerate() {
            let measured = sample(threads);
            walls[at].extend(measured.walls);
            computes[at] += measured.computes;
        }
    }
    let storms = (rounds * SAMPLE) as f64;
    let measured = subjects.iter().zip(walls).zip(computes);
    measured
        .map(|(((column, _), walls), computes)| Storm {
            column,
            microseconds: median(walls),
            computes: computes as f64 / storms,
        })
        .collect()
}

/// Microseconds of the body alone: what no storm can be faster than.
pub fn body_in_a_storm() -> f64 {
    let doc = Doc::new(1, 0);
    let timed = || {
        let start = Instant::now();
        std::hint::black_box(std::hint::black_box(&doc).derived_slowly());
        start.elapsed().as_secs_f64() * 1e6
    };
    median((0..101).map(|_| timed()).collect())
}

struct Measured {
    /// Of each storm, in microseconds.
    walls: Vec<f64>,
    computes: u64,
}

fn sample<S: Shared>(threads: usize) -> Measured {
    let subject = S::new(1000);
    let objects: Vec<_> = (0..SAMPLE as u64).map(|seed| S::Object::create(seed, 0)).collect();
    let before = DERIVED_SLOWLY.load(Ordering::Relaxed);
    let arrived = AtomicU64::new(0);
    let caller = || -> Vec<(Instant, Instant)> {
        let storm = |(at, object): (usize, &S::Object)| {
            arrived.fetch_add(1, Ordering::SeqCst);
            // Where there are more threads than cores, a blocked one would wake after the storm.
            while arrived.load(Ordering::SeqCst) < ((at + 1) * threads) as u64 {
                std::thread::yield_now();
            }
            let start = Instant::now();
            std::hint::black_box(subject.call(object));
            (start, Instant::now())
        };
        objects.iter().enumerate().map(storm).collect()
    };
    let times: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(caller)).collect();
        running.into_iter().map(|thread| thread.join().expect("no subject panics")).collect()
    });
    let computes = DERIVED_SLOWLY.load(Ordering::Relaxed) - before;
    objects.iter().for_each(|object| subject.forget(object));
    let wall = |at: usize| -> Duration {
        let start = times.iter().map(|own| own[at].0).min();
        let end = times.iter().map(|own| own[at].1).max();
        end.zip(start).map_or(Duration::ZERO, |(end, start)| end - start)
    };
    Measured { walls: (0..SAMPLE).map(|at| wall(at).as_secs_f64() * 1e6).collect(), computes }
}
