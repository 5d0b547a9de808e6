//! What each thread is doing: for the watchdog, for the figures, and for the message when something is wrong.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crate::books::act::Act;
use crate::books::id::Id;

pub(crate) const SEATS: usize = 96;

/// Threads that are not ours (a `Sweeper`'s) drop values too, and share this one.
pub(crate) const OTHERS: usize = SEATS - 1;

#[derive(Debug)]
pub(crate) struct Seat {
    taken: AtomicBool,
    /// Operations, of all who sat here.
    steps: AtomicU64,
    /// Injected panics that came out of an act.
    panics: AtomicU64,
    act: AtomicUsize,
    face: AtomicUsize,
}

static ALL: [Seat; SEATS] = [const {
    Seat {
        taken: AtomicBool::new(false),
        steps: AtomicU64::new(0),
        panics: AtomicU64::new(0),
        act: AtomicUsize::new(Act::Begin as usize),
        face: AtomicUsize::new(0),
    }
}; SEATS];

thread_local! {
    // Without a destructor, so that values can be counted until the thread's very end.
    static MINE: Cell<usize> = const { Cell::new(OTHERS) };
}

/// A thread's hold of its seat.
#[derive(Debug)]
pub(crate) struct Taken(usize);

/// Sits down; `None` if there is no seat left.
pub(crate) fn take() -> Option<Taken> {
    let free = |seat: &Seat| !seat.taken.swap(true, Ordering::AcqRel);
    let index = ALL[..OTHERS].iter().position(free)?;
    MINE.set(index);
    Some(Taken(index))
}

impl Drop for Taken {
    fn drop(&mut self) {
        doing(Act::Begin);
        ALL[self.0].taken.store(false, Ordering::Release);
    }
}

pub(crate) fn index() -> usize {
    MINE.get()
}

pub(crate) fn mine() -> &'static Seat {
    &ALL[index()]
}

pub(crate) fn doing(act: Act) {
    mine().act.store(act as usize, Ordering::Relaxed);
}

/// One more operation, on this memo.
pub(crate) fn step(face: usize) {
    let seat = mine();
    seat.face.store(face, Ordering::Relaxed);
    seat.steps.fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn panicked() {
    mine().panics.fetch_add(1, Ordering::Relaxed);
}

impl Seat {
    pub(crate) fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    pub(crate) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }

    pub(crate) fn describe(&self) -> String {
        let act = Act::NAMES[self.act.load(Ordering::Relaxed)];
        let face = Id::ALL[self.face.load(Ordering::Relaxed)];
        format!("step {}, at `{act}`, the last memo it asked itself was `{face:?}`", self.steps())
    }
}

/// Who is at work, by number.
pub(crate) fn all() -> impl Iterator<Item = (usize, &'static Seat)> {
    ALL.iter().enumerate()
}

pub(crate) fn total_steps() -> u64 {
    ALL.iter().map(Seat::steps).sum()
}

pub(crate) fn total_panics() -> u64 {
    ALL.iter().map(|seat| seat.panics.load(Ordering::Relaxed)).sum()
}
