//! Hits: on objects whose values are remembered, and on the extra keys of one.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{call_each, contended, objects, shuffle};
use crate::Subject;
use crate::doc::Object;
use crate::subject::{Keyed, Shared};

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
    let mut left = hits.div_ceil(S::CALLS) as usize;
    let mut at = from as usize % objects.len();
    let start = Instant::now();
    while left > 0 {
        let stretch = left.min(objects.len() - at);
        call_each(subject, &objects[at..at + stretch]);
        left -= stretch;
        at = 0;
    }
    start.elapsed()
}

/// One object and what is remembered of it under extra keys.
pub(crate) struct OneOwner<K: Keyed> {
    store: K,
    object: K::Object,
}

impl<K: Keyed> OneOwner<K> {
    /// With room for `room` keys, where the store is told.
    pub(crate) fn new(room: usize) -> Self {
        Self { store: K::new(room), object: K::Object::create(0, 0) }
    }

    /// A call with each of `keys`.
    pub(crate) fn ask(&self, keys: &[u32]) -> Duration {
        let start = Instant::now();
        let object = black_box(&self.object);
        black_box(keys.iter().fold(0, |sum: u64, key| sum.wrapping_add(self.store.call(object, *key))));
        start.elapsed()
    }
}

/// One object with results for many extra keys.
pub(crate) struct Keys<K: Keyed> {
    owner: OneOwner<K>,
    keys: Vec<u32>,
    next: usize,
}

impl<K: Keyed> Keys<K> {
    /// All of `count` keys remembered.
    pub(crate) fn new(count: usize) -> Self {
        let owner = OneOwner::new(4 * count.max(1024));
        // Few keys are asked many times in one stretch, so that its clock is not what is measured.
        let mut keys: Vec<u32> = (0..count as u32).cycle().take(count.max(4096)).collect();
        owner.ask(&keys);
        shuffle(&mut keys);
        Self { owner, keys, next: 0 }
    }

    /// Hits on the keys in turn, from where the last ones ended.
    pub(crate) fn hits(&mut self, hits: u64) -> Duration {
        let mut left = hits as usize;
        let start = Instant::now();
        while left > 0 {
            let stretch = left.min(self.keys.len() - self.next);
            self.owner.ask(&self.keys[self.next..self.next + stretch]);
            left -= stretch;
            self.next = (self.next + stretch) % self.keys.len();
        }
        start.elapsed()
    }
}
