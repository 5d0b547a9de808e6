//! Racers: calls that compute a result beside the store, with no entry in it that could be taken out (`single_flight =
//! false`, or waiters of a flight whose result was not stored).
//!
//! A racer is listed here while it computes. A request that its key go overtakes it (law 11): it is taken off, and its result
//! is returned but not stored. The list is not in the cell, since hardly any cell ever has a racer.
//!
//! # Invariants
//!
//! 1. A racer is listed, overtaken and looked up under its cell's lock. So a request either comes before it stores, and takes it
//!    off, or after, and finds the entry.
//! 2. The lock of a list is taken inside a cell's, never the other way round, and no user code runs under it.
//! 3. A cell stands as long as it has racers: their calls borrow it. So its address is no other cell's.
//!
//! Keys are told apart by their hashes. Of two keys with one hash, a request for one overtakes the other, too, whose result is then not
//! stored although it could be.
//!
//! # Why this and nothing else
//!
//! A count of requests in the cell would do without a list; but then each `forget` of one key would keep the result of every other
//! key that is being computed from being stored.

use crate::sys::sync::plain::{AtomicU32, AtomicU64, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// A racer that was not overtaken yet.
struct Racer {
    number: u64,
    cell: usize,
    hash: u64,
}

/// Cells share a few lists, so that racers of different cells seldom meet.
static LISTS: [Mutex<Vec<Racer>>; 16] = [const { Mutex::new(Vec::new()) }; 16];

/// The racers of one cell.
pub(crate) struct Racers {
    /// How many there are: 0 for nearly all cells, nearly always.
    running: AtomicU32,
}

/// One racer, until it is dropped.
pub(crate) struct Race<'c> {
    racers: &'c Racers,
    number: u64,
    /// How often its weak arguments besides the owner were asked to forget before the body ran.
    forgets: u32,
}

impl Racers {
    pub(crate) const fn new() -> Self {
        Self { running: AtomicU32::new(0) }
    }

    fn cell(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn on_list<R>(&self, act: impl FnOnce(&mut Vec<Racer>) -> R) -> R {
        let mut list = unpoisoned(LISTS[(self.cell() >> 6) % LISTS.len()].lock());
        act(&mut list)
    }

    /// Lists a racer for a key of this hash. Under the cell's lock.
    pub(crate) fn add(&self, hash: u64) -> Race<'_> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // The cell's lock orders this: a request holds it.
        self.running.fetch_add(1, Ordering::Relaxed);
        self.on_list(|list| list.push(Racer { number, cell: self.cell(), hash }));
        Race { racers: self, number, forgets: 0 }
    }

    /// The key of this hash was asked to go; without one, all were. Under the cell's lock.
    pub(crate) fn overtake(&self, hash: Option<u64>) {
        if self.running.load(Ordering::Relaxed) == 0 {
            return;
        }
        let stays = |racer: &Racer| racer.cell != self.cell() || hash.is_some_and(|hash| hash != racer.hash);
        self.on_list(|list| list.retain(stays));
    }
}

impl Race<'_> {
    /// Notes how often its weak arguments were asked to forget.
    pub(crate) fn note(&mut self, forgets: u32) {
        self.forgets = forgets;
    }

    /// Whether its key was asked to go since it began, or one of its weak arguments to forget. Under the cell's lock.
    pub(crate) fn is_overtaken(&self, forgets: u32) -> bool {
        if self.forgets != forgets {
            return true;
        }
        self.racers.on_list(|list| list.iter().all(|racer| racer.number != self.number))
    }
}

impl Drop for Race<'_> {
    fn drop(&mut self) {
        self.racers.on_list(|list| list.retain(|racer| racer.number != self.number));
        self.racers.running.fetch_sub(1, Ordering::Relaxed);
    }
}
