//! One object and its extra keys.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::shuffle;
use crate::doc::Object;
use crate::keyed::Keyed;

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
