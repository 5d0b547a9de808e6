//! The extra keys of one object: hits on them, calls that add one, and calls that evict one.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::hits::stretches;
use super::one_by_one::{Spread, timed};
use super::{contended, shuffle};
use crate::doc::Object;
use crate::subject::{Keyed, SharedKeyed};

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
        self.ask_each(keys.iter().copied());
        start.elapsed()
    }

    fn ask_each(&self, keys: impl Iterator<Item = u32>) {
        let object = black_box(&self.object);
        black_box(keys.fold(0, |sum: u64, key| sum.wrapping_add(self.store.call(object, black_box(key)))));
    }

    fn ask_in_turn(&self, keys: &[u32]) {
        let (object, nothing) = (black_box(&self.object), black_box(0));
        black_box(keys.iter().fold(0, |sum: u64, key| {
            sum.wrapping_add(self.store.call(object, black_box(*key) ^ (sum as u32 & nothing)))
        }));
    }

    /// A call with each of `keys`, timed one by one.
    fn ask_one_by_one(&self, keys: impl Iterator<Item = u32>) -> Spread {
        let object = black_box(&self.object);
        Spread::of(keys.map(|key| timed(|| self.store.call(object, black_box(key)))).collect())
    }

    /// `count` calls with new keys, one by one; the store is told of room for more.
    pub(crate) fn grow(count: u32) -> Spread {
        Self::new(2 * count as usize).ask_one_by_one(0..count)
    }
}

/// One object with results for many extra keys.
pub(crate) struct Keys<K: Keyed> {
    owner: OneOwner<K>,
    keys: Vec<u32>,
}

impl<K: Keyed> Keys<K> {
    /// All of `count` keys remembered.
    pub(crate) fn new(count: usize) -> Self {
        let owner = OneOwner::new(4 * count.max(1024));
        // Few keys are asked many times in one stretch, so that its clock is not what is measured.
        let mut keys: Vec<u32> = (0..count as u32).cycle().take(count.max(4096)).collect();
        owner.ask(&keys);
        shuffle(&mut keys);
        Self { owner, keys }
    }

    /// Hits on the keys in turn, round and round from the one at `from`.
    pub(crate) fn hits(&self, from: u64, hits: u64) -> Duration {
        stretches(&self.keys, from, hits, |part| self.owner.ask_each(part.iter().copied()))
    }

    /// The same, each with a key that is known only when the call before has returned.
    pub(crate) fn hits_in_turn(&self, from: u64, hits: u64) -> Duration {
        stretches(&self.keys, from, hits, |part| self.owner.ask_in_turn(part))
    }
}

impl<K: SharedKeyed> Keys<K> {
    /// [`hits`](Self::hits) on `threads` threads at once, each as many on the same object and keys; the mean of their times.
    pub(crate) fn contended_hits(&self, threads: u32, from: u64, hits: u64) -> Duration {
        contended(
            threads,
            |thread| self.hits(self.start(thread, threads), 1000),
            |thread| self.hits(from + self.start(thread, threads), hits),
        )
    }

    /// The same with nothing before and after: as many hits and no more, for those who count what they do.
    pub(crate) fn exact_hits(&self, threads: u32, hits: u64) -> Duration {
        std::thread::scope(|scope| {
            let hits = |thread| move || self.hits(self.start(thread, threads), hits);
            let running: Vec<_> = (0..threads).map(|thread| scope.spawn(hits(thread))).collect();
            running.into_iter().map(|thread| thread.join().expect("no subject panics")).sum::<Duration>() / threads
        })
    }

    /// Each thread begins elsewhere, so that they do not go hand in hand.
    fn start(&self, thread: u32, threads: u32) -> u64 {
        u64::from(thread) * self.keys.len() as u64 / u64::from(threads)
    }
}

/// First calls with extra keys, `count` of each object, with which all objects are let go; at least a thousand calls between two
/// looks at the clock.
pub(crate) fn insertions<K: Keyed>(count: usize) -> (Duration, usize) {
    let mut keys: Vec<u32> = (0..count as u32).collect();
    shuffle(&mut keys);
    let calls = count * 1024usize.div_ceil(count);
    let store = K::new(4 * calls);
    let objects: Vec<_> = (0..calls / count).map(|seed| K::Object::create(seed as u64, 0)).collect();
    let start = Instant::now();
    let mut sum = 0u64;
    for object in &objects {
        sum = keys.iter().fold(sum, |sum, key| sum.wrapping_add(store.call(black_box(object), *key)));
    }
    black_box(sum);
    (start.elapsed(), calls)
}

/// One object that has as many results as there is room for, so that each new key evicts another.
pub(crate) struct Evictions<K: Keyed> {
    owner: OneOwner<K>,
    next: u32,
}

impl<K: Keyed> Evictions<K> {
    /// With room for `room`, and full.
    pub(crate) fn new(room: usize) -> Self {
        let owner = OneOwner::new(room);
        let next = 4 * room as u32;
        owner.ask_each(0..next);
        Self { owner, next }
    }

    /// Calls with new keys.
    pub(crate) fn evict(&mut self, calls: u64) -> Duration {
        let keys = self.new_keys(calls);
        let start = Instant::now();
        self.owner.ask_each(keys);
        start.elapsed()
    }

    /// The same, timed one by one.
    pub(crate) fn evict_one_by_one(&mut self, calls: u64) -> Spread {
        let keys = self.new_keys(calls);
        self.owner.ask_one_by_one(keys)
    }

    fn new_keys(&mut self, calls: u64) -> std::ops::Range<u32> {
        let first = self.next;
        self.next += u32::try_from(calls).expect("fewer calls than there are keys");
        first..self.next
    }
}
