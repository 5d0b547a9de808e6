//! Racers: calls that compute a result beside the store, with no entry in it that could be taken out (`single_flight =
//! false`, or waiters of a flight whose result was not stored).
//!
//! Each is noted here while it computes, so that what is asked to go meanwhile overtakes it (law 11): its result is returned,
//! and not stored. Not in the cell itself: nearly no cell ever has one.
//!
//! # Invariants
//!
//! 1. A racer is noted, overtaken, and looked up under its cell's lock: whoever asks comes before it stores, and is seen, or
//!    after, and finds the entry.
//! 2. The lock here is taken inside a cell's, never the other way round, and nothing of the user's runs under it.
//! 3. A cell stands as long as it has racers: their calls borrow it. So its address is no other cell's.
//!
//! Keys are told apart by their hashes. Of two keys that share one, a request for the one overtakes the other, too: then a result
//! is not stored that could have been.

use crate::sys::sync::plain::{AtomicU32, AtomicU64, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// One racer, as those see it who ask something to go.
struct Racer {
    number: u64,
    cell: usize,
    hash: u64,
    overtaken: bool,
}

/// Cells share a few lists, so that racers of different cells seldom meet.
static LISTS: [Mutex<Vec<Racer>>; 16] = [const { Mutex::new(Vec::new()) }; 16];

fn on_list<R>(cell: usize, act: impl FnOnce(&mut Vec<Racer>) -> R) -> R {
    let mut list = unpoisoned(LISTS[(cell >> 6) % LISTS.len()].lock());
    act(&mut list)
}

/// The racers of one cell.
pub(crate) struct Racers {
    /// How many there are: 0 for nearly all cells, nearly always.
    running: AtomicU32,
}

/// One racer, on the list as long as this stands.
pub(crate) struct Race<'c> {
    racers: &'c Racers,
    number: u64,
}

impl Racers {
    pub(crate) const fn new() -> Self {
        Self { running: AtomicU32::new(0) }
    }

    fn cell(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Notes a racer for a key of this hash. Under the cell's lock.
    pub(crate) fn add(&self, hash: u64) -> Race<'_> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // The cell's lock orders this: who asks holds it.
        self.running.fetch_add(1, Ordering::Relaxed);
        on_list(self.cell(), |list| list.push(Racer { number, cell: self.cell(), hash, overtaken: false }));
        Race { racers: self, number }
    }

    /// The key of this hash was asked to go; without one, all were. Under the cell's lock.
    pub(crate) fn overtake(&self, hash: Option<u64>) {
        if self.running.load(Ordering::Relaxed) == 0 {
            return;
        }
        on_list(self.cell(), |list| {
            let here = list.iter_mut().filter(|racer| racer.cell == self.cell());
            here.filter(|racer| hash.is_none_or(|hash| hash == racer.hash)).for_each(|racer| racer.overtaken = true);
        });
    }
}

impl Race<'_> {
    /// Whether its key was asked to go since it began. Under the cell's lock.
    pub(crate) fn is_overtaken(&self) -> bool {
        on_list(self.racers.cell(), |list| list.iter().any(|racer| racer.number == self.number && racer.overtaken))
    }
}

impl Drop for Race<'_> {
    fn drop(&mut self) {
        on_list(self.racers.cell(), |list| {
            if let Some(at) = list.iter().position(|racer| racer.number == self.number) {
                list.swap_remove(at);
            }
        });
        self.racers.running.fetch_sub(1, Ordering::Relaxed);
    }
}
