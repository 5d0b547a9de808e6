//! The objects that the threads share.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::books::options::Options;
use crate::books::violation::violation;
use crate::memos::face::{FACES, Face};
use crate::memos::object::{Bundle, OWNERS};

pub(crate) const HOT: usize = 8;
const SHARDS: usize = 16;

/// The pool goes down to so many bundles: ten owners.
const LOW: usize = 10 / OWNERS + 1;

/// Turns of the tide between the growing and the shrinking.
const REST: usize = 300;

/// So many bundles come, and go, at a turn.
const COME: usize = 40;
const GO: usize = 400;

/// Objects that another thread is to drop.
#[derive(Debug)]
pub(crate) enum Parcel {
    Shared(Vec<Arc<Bundle>>),
    Own(Box<Bundle>),
}

/// What the threads share.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) options: Options,
    hot: [Mutex<Arc<Bundle>>; HOT],
    many: [Mutex<Vec<Arc<Bundle>>>; SHARDS],
    /// How many there are in `many`.
    size: AtomicUsize,
    tide: Mutex<Tide>,
    inboxes: Vec<Sender<Parcel>>,
    /// The memo and the object that all threads set upon.
    duel: AtomicUsize,
    stop: AtomicBool,
}

#[derive(Clone, Copy, Debug)]
enum Tide {
    Rising,
    High(usize),
    Falling,
    Low(usize),
}

/// What to do for the tide.
pub(crate) enum Turn {
    Grow(usize),
    Shrink(usize),
    Rest,
}

/// Nothing of a memo's runs under a lock of the pool, so nothing panics there; a lock guards whole values all the same.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    pub(crate) fn new(options: Options, inboxes: Vec<Sender<Parcel>>) -> Self {
        Self {
            options,
            hot: std::array::from_fn(|_| Mutex::new(Arc::new(Bundle::above([], 0)))),
            many: Default::default(),
            size: AtomicUsize::new(0),
            tide: Mutex::new(Tide::Rising),
            inboxes,
            duel: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    pub(crate) fn hot(&self, random: &mut fastrand::Rng) -> Arc<Bundle> {
        Arc::clone(&locked(&self.hot[random.usize(..HOT)]))
    }

    /// The memo, the object and the key of the duel; now and then others.
    pub(crate) fn duel(&self, random: &mut fastrand::Rng) -> (&'static Face, Arc<Bundle>, u32) {
        if random.u32(..500) == 0 {
            self.duel.store(random.usize(..), Ordering::Relaxed);
        }
        let duel = self.duel.load(Ordering::Relaxed);
        let bundle = Arc::clone(&locked(&self.hot[duel % HOT]));
        (&FACES[duel / HOT % FACES.len()], bundle, duel as u32)
    }

    /// Puts another object in the place of a hot one.
    pub(crate) fn replace_hot(&self, random: &mut fastrand::Rng, new: Arc<Bundle>) -> Arc<Bundle> {
        std::mem::replace(&mut *locked(&self.hot[random.usize(..HOT)]), new)
    }

    pub(crate) fn any(&self, random: &mut fastrand::Rng) -> Option<Arc<Bundle>> {
        let shard = locked(&self.many[random.usize(..SHARDS)]);
        (!shard.is_empty()).then(|| Arc::clone(&shard[random.usize(..shard.len())]))
    }

    pub(crate) fn replace_any(&self, random: &mut fastrand::Rng, new: Arc<Bundle>) -> Option<Arc<Bundle>> {
        let mut shard = locked(&self.many[random.usize(..SHARDS)]);
        let index = (!shard.is_empty()).then(|| random.usize(..shard.len()))?;
        Some(std::mem::replace(&mut shard[index], new))
    }

    pub(crate) fn add(&self, random: &mut fastrand::Rng, new: Arc<Bundle>) {
        locked(&self.many[random.usize(..SHARDS)]).push(new);
        self.size.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes out up to `count`, from one place.
    pub(crate) fn take(&self, random: &mut fastrand::Rng, count: usize) -> Vec<Arc<Bundle>> {
        let mut shard = locked(&self.many[random.usize(..SHARDS)]);
        let left = shard.len().saturating_sub(count);
        let taken = shard.split_off(left);
        if shard.capacity() > 4 * shard.len() {
            shard.shrink_to_fit();
        }
        self.size.fetch_sub(taken.len(), Ordering::Relaxed);
        taken
    }

    /// Sends objects to a thread, which drops them.
    pub(crate) fn send(&self, random: &mut fastrand::Rng, parcel: Parcel) {
        let to = random.usize(..self.inboxes.len());
        // A thread that has ended already: then they are dropped here.
        drop(self.inboxes[to].send(parcel));
    }

    pub(crate) fn turn(&self) -> Turn {
        let full = self.options.objects / OWNERS;
        let mut tide = locked(&self.tide);
        let size = self.size.load(Ordering::Relaxed);
        *tide = match *tide {
            Tide::Rising if size >= full => Tide::High(REST),
            Tide::High(0) => Tide::Falling,
            Tide::High(left) => Tide::High(left - 1),
            Tide::Falling if size <= LOW => Tide::Low(REST),
            Tide::Low(0) => Tide::Rising,
            Tide::Low(left) => Tide::Low(left - 1),
            same => same,
        };
        match *tide {
            Tide::Rising => Turn::Grow(COME),
            Tide::Falling => {
                // Ever fewer at the end, so that it ends at a few and not at nothing.
                Turn::Shrink(GO.min(size.saturating_sub(LOW).div_ceil(SHARDS).max(1)))
            }
            Tide::High(_) | Tide::Low(_) => Turn::Rest,
        }
    }
}

pub(crate) fn joined<R>(thread: thread::JoinHandle<R>) -> R {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => violation!("a thread ended in a panic: {}", memo_tests::message(&*panic)),
    }
}
