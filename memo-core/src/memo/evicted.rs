//! Which results of a memo were evicted not long ago: so that a miss is known that a larger capacity would have saved.
//!
//! Each has a mark of 32 bits in one of a fixed number of places, where a later one replaces it. So what is known is a part of the truth: what
//! was evicted long ago is forgotten. Two results that share a mark are taken for one, one in some billions of times.

use crate::sys::sync::plain::{AtomicU32, Ordering};

/// 4 KiB for a memo that evicts; none for others.
const PLACES: usize = 1024;

/// The marks of results; 0 is none.
pub(crate) struct Evicted([AtomicU32; PLACES]);

impl Evicted {
    pub(super) fn new() -> Self {
        Self([const { AtomicU32::new(0) }; PLACES])
    }

    fn place_and_mark(&self, cell: usize, hash: u64) -> (&AtomicU32, u32) {
        let of_both = (hash ^ (cell as u64).rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (&self.0[(of_both >> 54) as usize % PLACES], of_both as u32 | 1)
    }

    /// The result of this key of the object with this cell was evicted.
    pub(crate) fn note(&self, cell: usize, hash: u64) {
        let (place, mark) = self.place_and_mark(cell, hash);
        place.store(mark, Ordering::Relaxed);
    }

    /// Whether it was, not long ago. It is told once.
    pub(crate) fn take(&self, cell: usize, hash: u64) -> bool {
        let (place, mark) = self.place_and_mark(cell, hash);
        place.load(Ordering::Relaxed) == mark
            && place.compare_exchange(mark, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(all(test, not(memo_loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_was_evicted_is_told_once() {
        let evicted = Evicted::new();
        evicted.note(64, 7);
        assert_eq!([evicted.take(64, 8), evicted.take(128, 7)], [false, false]);
        assert_eq!([evicted.take(64, 7), evicted.take(64, 7)], [true, false]);
    }
}
