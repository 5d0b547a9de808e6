//! Hits on objects whose values are remembered.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{call_each, call_each_in_turn, contended, objects};
use crate::Subject;
use crate::subject::Shared;

/// Objects with their values remembered, and the store that remembers them.
#[derive(Debug)]
pub(crate) struct Warm<S: Subject> {
    subject: S,
    objects: Vec<S::Object>,
}

impl<S: Subject> Warm<S> {
    /// `count` objects with texts of `text_len` bytes, each called once, in an order that is not that of their addresses.
    pub(crate) fn new(count: usize, text_len: usize) -> Self {
        let subject = S::new(4 * count.max(1024));
        let objects: Vec<_> = objects(count, text_len);
        for object in &objects {
            subject.call(object);
        }
        Self { subject, objects }
    }

    /// Hits on all objects, round and round from the one at `from`.
    pub(crate) fn hits(&self, from: u64, hits: u64) -> Duration {
        hits_in(&self.subject, &self.objects, from, hits)
    }

    /// The same, each after the one before has returned.
    pub(crate) fn hits_in_turn(&self, from: u64, hits: u64) -> Duration {
        stretches(&self.objects, from, hits.div_ceil(S::CALLS), |part| call_each_in_turn(&self.subject, part))
    }

    /// Hits on the first object.
    pub(crate) fn hot_hits(&self, hits: u64) -> Duration {
        let object = &self.objects[0];
        let start = Instant::now();
        black_box(
            (0..hits.div_ceil(S::CALLS)).fold(0, |sum: u64, _| sum.wrapping_add(self.subject.call(black_box(object)))),
        );
        start.elapsed()
    }
}

impl<S: Shared> Warm<S> {
    /// [`hits`](Self::hits) on `threads` threads at once, each doing as many on the same objects; the mean of their times.
    pub(crate) fn contended_hits(&self, threads: u32, hits: u64) -> Duration {
        contended(threads, |_| self.hits(0, self.objects.len() as u64), |_| self.hits(0, hits))
    }

    /// The same, each thread on a part of the objects that is its own, from the one at `from` in it.
    pub(crate) fn contended_hits_apart(&self, threads: u32, from: u64, hits: u64) -> Duration {
        let part = self.objects.len() / threads as usize;
        let own = |thread: u32| &self.objects[thread as usize * part..][..part];
        // Not the whole of a large part: whoever is done first ends with it.
        let warm = |thread| hits_in(&self.subject, own(thread), from, 1000);
        contended(threads, warm, |thread| hits_in(&self.subject, own(thread), from, hits))
    }

    /// [`hot_hits`](Self::hot_hits) on `threads` threads at once.
    pub(crate) fn contended_hot_hits(&self, threads: u32, hits: u64) -> Duration {
        contended(threads, |_| self.hot_hits(1000), |_| self.hot_hits(hits))
    }
}

/// Hits on `objects`, round and round from the one at `from`.
fn hits_in<S: Subject>(subject: &S, objects: &[S::Object], from: u64, hits: u64) -> Duration {
    stretches(objects, from, hits.div_ceil(S::CALLS), |part| call_each(subject, part))
}

/// So many of `items`, round and round from the one at `from`, in stretches as long as they are.
#[inline(always)]
pub(super) fn stretches<T>(items: &[T], from: u64, count: u64, ask: impl Fn(&[T])) -> Duration {
    let mut left = count as usize;
    let mut at = from as usize % items.len();
    let start = Instant::now();
    while left > 0 {
        let stretch = left.min(items.len() - at);
        ask(&items[at..at + stretch]);
        left -= stretch;
        at = 0;
    }
    start.elapsed()
}
