//! Objects that come and go.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::contended;
use super::{call_each, objects};
use crate::Subject;
use crate::doc::Object;
use crate::subject::Shared;

/// First calls on fresh objects with texts of `text_len` bytes, `batch` objects at a time in an emptied store. The last object
/// gets all its calls, which are then more than `misses`; the time is that of so many.
pub(crate) fn misses<S: Subject>(batch: usize, text_len: usize, misses: u64) -> Duration {
    let mut taken = Duration::ZERO;
    let count = misses.div_ceil(S::CALLS);
    let mut left = count as usize;
    while left > 0 {
        let subject = S::new(4 * batch);
        let objects: Vec<_> = objects(batch.min(left), text_len);
        let start = Instant::now();
        call_each(&subject, &objects);
        taken += start.elapsed();
        left -= objects.len();
        for object in &objects {
            subject.forget(object);
        }
    }
    taken.mul_f64(misses as f64 / (count * S::CALLS) as f64)
}

/// Lives in turn: make, call once, forget, drop; one object alive at a time.
#[derive(Debug)]
pub(crate) struct Lives<S> {
    subject: S,
    /// Never the same twice, for the keys that are compared by content.
    seed: u64,
}

impl<S: Subject> Lives<S> {
    pub(crate) fn new() -> Self {
        Self { subject: S::new(1000), seed: 0 }
    }

    pub(crate) fn live(&mut self, lives: u64) -> Duration {
        let taken = live(&self.subject, self.seed, lives);
        self.seed += lives;
        taken
    }
}

fn live<S: Subject>(subject: &S, from: u64, lives: u64) -> Duration {
    let start = Instant::now();
    let mut sum = 0u64;
    for seed in from..from + lives {
        let object = black_box(S::Object::create(seed, 0));
        sum = sum.wrapping_add(subject.call(&object));
        subject.forget(&object);
        drop(object);
    }
    black_box(sum);
    start.elapsed()
}

/// The same on several threads, each with objects of its own, in one store.
#[derive(Debug)]
pub(crate) struct LivesAtOnce<S>(S);

impl<S: Shared> LivesAtOnce<S> {
    pub(crate) fn new() -> Self {
        Self(S::new(1000))
    }

    /// As many on each thread; the mean of their times.
    pub(crate) fn live(&self, threads: u32, lives: u64) -> Duration {
        // Some two microseconds each at the most: not much longer than the others take to arrive.
        contended(threads, |_| live(&self.0, 0, 200), |_| live(&self.0, 0, lives))
    }

    /// The same with nothing before and after: as many and no more, for those who count what they do.
    pub(crate) fn live_exactly(&self, threads: u32, lives: u64) -> Duration {
        std::thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| live(&self.0, 0, lives))).collect();
            running.into_iter().map(|thread| thread.join().expect("no subject panics")).sum::<Duration>() / threads
        })
    }
}

/// Objects through a window: the oldest goes when a new one comes.
#[derive(Debug)]
pub(crate) struct Window<S: Subject> {
    subject: S,
    alive: Vec<Option<S::Object>>,
    next: u64,
}

impl<S: Subject> Window<S> {
    /// A window of `size` objects, empty yet.
    pub(crate) fn new(size: usize) -> Self {
        Self { subject: S::new(size), alive: std::iter::repeat_with(|| None).take(size).collect(), next: 0 }
    }

    /// Sends `count` more objects through, each called once.
    pub(crate) fn send(&mut self, count: u64) -> Duration {
        let start = Instant::now();
        let mut sum = 0u64;
        for _ in 0..count {
            let at = self.next as usize % self.alive.len();
            if let Some(old) = self.alive[at].take() {
                self.subject.forget(&old);
            }
            let object = black_box(S::Object::create(self.next, 0));
            sum = sum.wrapping_add(self.subject.call(&object));
            self.alive[at] = Some(object);
            self.next += 1;
        }
        black_box(sum);
        start.elapsed()
    }
}
