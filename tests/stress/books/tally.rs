//! What the program itself counts for each memo, to hold against the memo's own counts.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::books::id::Id;
use crate::books::seat::{self, SEATS};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    /// Calls, counted before.
    Calls,
    /// Calls that came back with an answer.
    Answered,
    /// Calls that `Hash`, `Eq` or the `Clone` of a hit may have stopped before they were a hit or a miss.
    Stopped,
    /// Bodies, by calls and by `refresh`.
    Bodies,
    /// Bodies, by `compute`.
    Bare,
    /// Inserts, counted before.
    Inserts,
    /// Inserts that came back.
    Inserted,
    /// Values made, clones included.
    Made,
    /// Values dropped.
    Dropped,
}

pub(crate) const COUNTS: usize = Count::Dropped as usize + 1;

/// A thread's own lines: counting must not make the threads wait for each other, which would hide their races.
#[repr(align(128))]
struct Lines([[AtomicU64; COUNTS]; Id::ALL.len()]);

static ALL: [Lines; SEATS] = [const { Lines([const { [const { AtomicU64::new(0) }; COUNTS] }; Id::ALL.len()]) }; SEATS];

pub(crate) fn count(id: Id, what: Count) {
    ALL[seat::index()].0[id as usize][what as usize].fetch_add(1, Ordering::Relaxed);
}

pub(crate) fn sum(id: Id, what: Count) -> u64 {
    ALL.iter().map(|lines| lines.0[id as usize][what as usize].load(Ordering::Relaxed)).sum()
}

/// Objects made and dropped.
pub(crate) static OBJECTS: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

/// Objects alive.
pub(crate) fn objects() -> u64 {
    let dropped = OBJECTS[1].load(Ordering::Relaxed);
    OBJECTS[0].load(Ordering::Relaxed).saturating_sub(dropped)
}
