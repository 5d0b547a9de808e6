//! Weak maps and interners: put in, found, gone over, dying one by one or all at once.

use std::collections::VecDeque;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{contended, objects};
use crate::doc::{Doc, Object as _};
use crate::subjects::toolbox::{SharedWeakMap, Strings, WeakMap};

/// A map that knows its objects.
pub(crate) struct Known<M> {
    map: M,
    objects: Vec<Arc<Doc>>,
}

impl<M: WeakMap> Known<M> {
    pub(crate) fn new(count: usize) -> Self {
        let (mut map, objects) = (M::new(), objects::<Arc<Doc>>(count, 0));
        objects.iter().for_each(|object| map.insert(object, 1));
        Self { map, objects }
    }

    pub(crate) fn hits(&self, hits: u64) -> Duration {
        let start = Instant::now();
        let mut sum = 0;
        for object in self.objects.iter().cycle().take(hits as usize) {
            sum += self.map.get(black_box(object)).expect("it is there");
        }
        black_box(sum);
        start.elapsed()
    }

    /// Goes over all of it, again and again.
    pub(crate) fn sums(&self, entries: u64) -> Duration {
        let start = Instant::now();
        let rounds = entries.div_ceil(self.objects.len() as u64);
        for _ in 0..rounds {
            black_box(self.map.sum());
        }
        part(start.elapsed(), entries, rounds * self.objects.len() as u64)
    }
}

impl<M: SharedWeakMap> Known<M> {
    pub(crate) fn contended_hits(&self, hits: u64) -> Duration {
        contended(2, |_| self.hits(1000), |_| self.hits(hits))
    }
}

/// Puts `count` objects at a time into an empty map.
pub(crate) fn inserts<M: WeakMap>(all: &[Arc<Doc>], inserts: u64) -> Duration {
    let mut taken = Duration::ZERO;
    let rounds = inserts.div_ceil(all.len() as u64);
    for _ in 0..rounds {
        let start = Instant::now();
        let mut map = M::new();
        all.iter().for_each(|object| map.insert(object, 1));
        taken += start.elapsed();
        drop(black_box(map));
    }
    part(taken, inserts, rounds * all.len() as u64)
}

/// What `wanted` of the operations took that were `done`, in whole rounds.
fn part(taken: Duration, wanted: u64, done: u64) -> Duration {
    taken.mul_f64(wanted as f64 / done as f64)
}

/// Objects through a window of a thousand: the oldest goes, a new one comes and is put in.
fn through_a_window(operations: u64, mut put: impl FnMut(&Arc<Doc>)) -> Duration {
    let mut window: VecDeque<Arc<Doc>> = (0..1000).map(|seed| Arc::create(seed, 0)).collect();
    window.iter().for_each(&mut put);
    let start = Instant::now();
    for seed in 0..operations {
        window.pop_front();
        let object = Arc::create(seed, 0);
        put(&object);
        window.push_back(object);
    }
    start.elapsed()
}

pub(crate) fn churn<M: WeakMap>(map: &mut M, operations: u64) -> Duration {
    through_a_window(operations, |object| map.insert(object, 1))
}

pub(crate) fn contended_churn<M: SharedWeakMap>(map: &M, operations: u64) -> Duration {
    let churn = |operations| through_a_window(operations, |object| map.put(object, 1));
    contended(2, |_| churn(1000), |_| churn(operations))
}

/// A hundred thousand objects die together, and are swept.
pub(crate) fn deaths<M: WeakMap>(deaths: u64) -> Duration {
    const CROWD: usize = 100_000;
    let mut taken = Duration::ZERO;
    let rounds = deaths.div_ceil(CROWD as u64);
    for _ in 0..rounds {
        let Known { mut map, objects } = Known::<M>::new(CROWD);
        drop(objects);
        let start = Instant::now();
        map.sweep();
        taken += start.elapsed();
    }
    part(taken, deaths, rounds * CROWD as u64)
}

/// Strings, and an interner that knows some of them.
pub(crate) struct Words<S: Strings> {
    interner: S,
    words: Vec<String>,
    kept: Vec<S::Kept>,
}

impl<S: Strings> Words<S> {
    pub(crate) fn new() -> Self {
        let (interner, words) = (S::new(), (0..1024).map(|at| format!("identifier_number_{at}")).collect::<Vec<_>>());
        let kept = words.iter().map(|word| interner.intern(word)).collect();
        Self { interner, words, kept }
    }

    pub(crate) fn hits(&self, hits: u64) -> Duration {
        black_box(&self.kept);
        let start = Instant::now();
        for word in self.words.iter().cycle().take(hits as usize) {
            black_box(self.interner.intern(black_box(word)));
        }
        start.elapsed()
    }

    pub(crate) fn contended_hits(&self, hits: u64) -> Duration {
        contended(2, |_| self.hits(1000), |_| self.hits(hits))
    }

    /// Strings that nobody has: each is let go at once.
    pub(crate) fn lives(&self, lives: u64) -> Duration {
        let start = Instant::now();
        for word in self.words.iter().cycle().take(lives as usize) {
            black_box(self.interner.intern(black_box(&word[1..])));
        }
        start.elapsed()
    }
}
