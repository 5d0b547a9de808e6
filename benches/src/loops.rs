//! The loops that are timed, for any subject.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use core_affinity::CoreId;

use crate::Subject;
use crate::doc::Object;
use crate::keyed::Keyed;
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

/// Runs `timed` on all threads from one moment on, each on a core of its own, after each has run `warm` for what is its own
/// (thread-locals, stack). Who is done first goes on with `warm`, so that nobody's last operations are undisturbed.
fn contended(threads: u32, warm: impl Fn(u32) -> Duration + Sync, timed: impl Fn(u32) -> Duration + Sync) -> Duration {
    let (ready, done) = (AtomicU32::new(0), AtomicU32::new(0));
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    let work = &|thread: u32, core: Option<CoreId>| {
        core.map(core_affinity::set_for_current);
        warm(thread);
        ready.fetch_add(1, Ordering::SeqCst);
        // No blocking barrier: it returns while the others are still on their way to wake.
        while ready.load(Ordering::SeqCst) < threads {
            std::hint::spin_loop();
        }
        let taken = timed(thread);
        done.fetch_add(1, Ordering::SeqCst);
        while done.load(Ordering::SeqCst) < threads {
            warm(thread);
        }
        taken
    };
    std::thread::scope(|scope| {
        let cores = cores.into_iter().map(Some).chain(std::iter::repeat(None));
        let running: Vec<_> = (0..threads).zip(cores).map(|(at, core)| scope.spawn(move || work(at, core))).collect();
        running.into_iter().map(|thread| thread.join().expect("no subject panics")).sum::<Duration>() / threads
    })
}

/// First calls on fresh objects, `batch` at a time in an emptied store.
pub(crate) fn misses<S: Subject>(batch: usize, misses: u64) -> Duration {
    let mut taken = Duration::ZERO;
    let mut left = misses as usize;
    while left > 0 {
        let subject = S::new(4 * batch);
        let objects: Vec<_> = objects(batch.min(left), 0);
        let start = Instant::now();
        call_each(&subject, &objects);
        taken += start.elapsed();
        left -= objects.len();
        for object in &objects {
            subject.forget(object);
        }
    }
    taken
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
        let start = Instant::now();
        let mut sum = 0u64;
        for _ in 0..lives {
            let object = black_box(S::Object::create(self.seed, 0));
            self.seed += 1;
            sum = sum.wrapping_add(self.subject.call(&object));
            self.subject.forget(&object);
            drop(object);
        }
        black_box(sum);
        start.elapsed()
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

/// Calls on each object once.
fn call_each<S: Subject>(subject: &S, objects: &[S::Object]) {
    black_box(objects.iter().fold(0, |sum: u64, object| sum.wrapping_add(subject.call(black_box(object)))));
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

/// Fresh objects in an order that no prefetcher foresees, the same in every run.
fn objects<O: Object>(count: usize, text_len: usize) -> Vec<O> {
    let mut objects: Vec<_> = (0..count as u64).map(|seed| O::create(seed, text_len)).collect();
    shuffle(&mut objects);
    objects
}

fn shuffle<T>(items: &mut [T]) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for last in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(last, (state % (last as u64 + 1)) as usize);
    }
}
