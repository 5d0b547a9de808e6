//! Which computations each thread has in progress, for whoever looks in from outside: the [`frames`](super::frames) are for their thread alone.
//!
//! # Invariants
//!
//! 1. A board is never freed: a thread that ends leaves it to a later one. There are as many as there ever were threads that computed at a time.
//! 2. A place belongs to one frame, from [`show`](Board::show) to its end. Only the thread of the board hands places out.
//! 3. A place's stamp is even while it shows something, and grows at each change. Who reads looks at it before and after, and takes nothing
//!    that was not all of one computation. Where a computation ends on another thread, or its thread has ended, it takes back only what
//!    it has shown itself, by the stamp: the place may be another's by then.
//! 4. Reading waits for nobody, and follows no pointer but to boards and memos, which are never freed.

use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32};
use std::thread::Thread;

use crate::memo::clock;
use crate::memo::core::Core;
use crate::sys::sync::{AtomicU64, Ordering, fence, try_unpoisoned, unpoisoned};
use crate::sys::thread;

/// So many computations of a thread are shown: its outermost ones, if there are more.
const PLACES: usize = 64;

/// What a thread shows.
#[allow(missing_debug_implementations, reason = "of no use")]
pub(crate) struct Board {
    taken: AtomicBool,
    thread: AtomicU32,
    /// Of the thread. Locked for a moment only.
    handle: Mutex<Option<Thread>>,
    next: AtomicPtr<Board>,
    places: [Place; PLACES],
}

/// What one computation shows, in words.
struct Place {
    stamp: AtomicU64,
    words: [AtomicU64; WORDS],
}

/// The memo's address, the slot's, the flight's number, and when it began.
const WORDS: usize = 4;

impl Place {
    fn new() -> Self {
        Self { stamp: AtomicU64::new(1), words: std::array::from_fn(|_| AtomicU64::new(0)) }
    }

    /// Returns the stamp.
    #[inline]
    fn show(&self, words: [u64; WORDS]) -> u64 {
        let stamp = self.stamp.load(Ordering::Relaxed);
        // Who sees one of these words sees at least that stamp, which is odd.
        fence(Ordering::Release);
        for (place, word) in self.words.iter().zip(words) {
            place.store(word, Ordering::Relaxed);
        }
        let stamp = stamp.wrapping_add(1);
        self.stamp.store(stamp, Ordering::Release);
        stamp
    }

    #[inline]
    fn hide(&self, stamp: u64) {
        self.stamp.store(stamp.wrapping_add(1), Ordering::Release);
    }

    fn hide_if_there(&self, stamp: u64) {
        let then = stamp.wrapping_add(1);
        let _gone = self.stamp.compare_exchange(stamp, then, Ordering::Release, Ordering::Relaxed);
    }

    fn read(&self) -> Option<[u64; WORDS]> {
        let stamp = self.stamp.load(Ordering::Acquire);
        if stamp % 2 != 0 {
            return None;
        }
        let words = std::array::from_fn(|at| self.words[at].load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        (self.stamp.load(Ordering::Relaxed) == stamp).then_some(words)
    }
}

/// Where a frame is shown, if it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    at: u8,
    stamp: u64,
}

/// A computation that a thread has in progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Computation {
    pub(crate) core: &'static Core,
    pub(crate) thread: u32,
    pub(crate) slot: usize,
    /// As that of the frame's task.
    pub(crate) flight: u32,
    /// By [`clock::coarse`]. Of a task: the poll of its body that is going on.
    pub(crate) started: u64,
}

static ALL: AtomicPtr<Board> = AtomicPtr::new(std::ptr::null_mut());

/// All boards.
fn all() -> impl Iterator<Item = &'static Board> {
    // SAFETY: boards are never freed.
    let follow = |at: &AtomicPtr<Board>| unsafe { at.load(Ordering::Acquire).as_ref() };
    std::iter::successors(follow(&ALL), move |board| follow(&board.next))
}

impl Board {
    /// One for this thread.
    #[cold]
    pub(super) fn take() -> &'static Self {
        let free =
            all().find(|board| board.taken.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok());
        let board = free.unwrap_or_else(Self::added);
        board.thread.store(thread::number(), Ordering::Relaxed);
        *unpoisoned(board.handle.lock()) = thread::handle();
        board
    }

    fn added() -> &'static Self {
        let board: &'static Self = Box::leak(Box::new(Self {
            taken: AtomicBool::new(true),
            thread: AtomicU32::new(0),
            handle: Mutex::new(None),
            next: AtomicPtr::new(std::ptr::null_mut()),
            places: std::array::from_fn(|_| Place::new()),
        }));
        let mut first = ALL.load(Ordering::Relaxed);
        loop {
            board.next.store(first, Ordering::Relaxed);
            let new = std::ptr::from_ref(board).cast_mut();
            match ALL.compare_exchange_weak(first, new, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return board,
                Err(now) => first = now,
            }
        }
    }

    /// This thread, whose board it is, is ending, and shows nothing any more.
    pub(super) fn give_back(&self) {
        *unpoisoned(self.handle.lock()) = None;
        self.taken.store(false, Ordering::Release);
    }

    /// Shows a computation in a place that is this thread's to give.
    #[inline]
    pub(super) fn show(&self, at: u8, core: &'static Core, slot: usize, flight: u32) -> Shown {
        let words = [ptr::from_ref(core).expose_provenance() as u64, slot as u64, u64::from(flight), clock::coarse()];
        Shown { at, stamp: self.places[usize::from(at)].show(words) }
    }

    /// The computation has ended on this thread, whose board it is.
    #[inline]
    pub(super) fn hide(&self, shown: Shown) {
        self.places[usize::from(shown.at)].hide(shown.stamp);
    }

    /// The same where the place may be another's by now.
    pub(super) fn hide_if_there(&self, shown: Shown) {
        self.places[usize::from(shown.at)].hide_if_there(shown.stamp);
    }

    fn read(&self, place: &Place) -> Option<Computation> {
        let thread = self.thread.load(Ordering::Acquire);
        let [core, slot, flight, started] = place.read()?;
        // The board may be another's by now.
        (self.thread.load(Ordering::Relaxed) == thread).then(|| Computation {
            // SAFETY: it was a memo's address, and memos are never freed.
            core: unsafe { &*ptr::with_exposed_provenance(core as usize) },
            thread,
            slot: slot as usize,
            flight: flight as u32,
            started,
        })
    }
}

impl Shown {
    /// Its place.
    pub(super) fn at(self) -> u8 {
        self.at
    }
}

/// The computations that threads have in progress now. One that begins or ends meanwhile may be missing.
pub(crate) fn computations() -> Vec<Computation> {
    all().flat_map(|board| board.places.iter().filter_map(|place| board.read(place))).collect()
}

/// The handle of a thread that has computed, if it is known.
pub(crate) fn handle_of(thread: u32) -> Option<Thread> {
    let board = all().find(|board| board.thread.load(Ordering::Relaxed) == thread)?;
    try_unpoisoned(board.handle.try_lock())?.clone()
}

#[cfg(all(test, memo_loom))]
mod loom_models {
    use loom::sync::Arc;
    use loom::thread;

    use super::*;

    /// Who reads while one computation ends and another begins sees the one, the other, or none.
    #[test]
    fn loom_what_is_read_is_all_of_one_computation() {
        loom::model(|| {
            let place = Arc::new(Place::new());
            let first = place.show([1; WORDS]);
            let theirs = Arc::clone(&place);
            let writes = thread::spawn(move || {
                theirs.hide(first);
                theirs.show([2; WORDS])
            });
            if let Some(words) = place.read() {
                assert!([[1; WORDS], [2; WORDS]].contains(&words));
            }
            let second = writes.join().unwrap();
            assert_eq!(place.read(), Some([2; WORDS]));
            // It was the place of another meanwhile.
            place.hide_if_there(first);
            assert!(place.read().is_some());
            place.hide_if_there(second);
            assert!(place.read().is_none());
        });
    }
}
