//! Results that check themselves: torn, dropped twice, used after the end.

use std::hash::{Hash, Hasher};

use crate::books::dice;
use crate::books::id::Id;
use crate::books::tally::{Count, count};
use crate::books::violation::violation;

/// A result that says which answer it is.
pub(crate) trait Value {
    fn make(id: Id, number: u64) -> Self;

    /// The answer, if the value is whole.
    fn number(&self) -> u64;
}

/// Plain data of a word.
impl Value for u64 {
    fn make(_: Id, number: u64) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }
}

/// Plain data of four words that must agree: a read that was torn shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quad([u64; 4]);

impl Value for Quad {
    fn make(_: Id, number: u64) -> Self {
        Self([number, !number, number.rotate_left(17), number ^ 0x5A5A_5A5A_5A5A_5A5A])
    }

    fn number(&self) -> u64 {
        let whole = Self::make(Id::Quad, self.0[0]);
        if self.0 != whole.0 {
            violation!("a torn read: {:x?}", self.0);
        }
        self.0[0]
    }
}

impl Value for String {
    fn make(_: Id, number: u64) -> Self {
        format!("{number:016x}")
    }

    fn number(&self) -> u64 {
        u64::from_str_radix(self, 16).unwrap_or_else(|_| violation!("a text that nobody wrote: {self:?}"))
    }
}

const WHOLE: u64 = 0xC0DE_D0C5_A11F_E001;
const GONE: u64 = 0xDEAD_DEAD_DEAD_DEAD;

/// A value with something on the heap, counted for its memo.
#[derive(Debug)]
pub(crate) struct Counted {
    id: Id,
    /// In the value and on the heap: one of them tells of a second drop, also without a sanitizer.
    canary: u64,
    heap: Box<[u64; 3]>,
}

impl Counted {
    fn new(id: Id, number: u64) -> Self {
        count(id, Count::Made);
        Self { id, canary: WHOLE, heap: Box::new([number, WHOLE, !number]) }
    }

    pub(super) fn id(&self) -> Id {
        self.id
    }

    fn check(&self) {
        // Before the heap is looked at: after a second drop it is no longer ours.
        if self.canary != WHOLE {
            violation!("a value is used after its end: canary {:x}", self.canary);
        }
        let [number, canary, complement] = *self.heap;
        if canary != WHOLE || complement != !number {
            violation!("the heap of a value of `{:?}` is not its own: {:x?}", self.id, self.heap);
        }
    }
}

impl Value for Counted {
    fn make(id: Id, number: u64) -> Self {
        Self::new(id, number)
    }

    fn number(&self) -> u64 {
        self.check();
        self.heap[0]
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.check();
        dice::linger();
        // It may be a hit's: such a one is not counted.
        dice::roll(|| count(self.id, Count::Stopped));
        Self::new(self.id, self.heap[0])
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.check();
        dice::linger();
        // Volatile: a store to what is about to go would be left out, and a second drop not be seen.
        // SAFETY: a field of our own.
        unsafe { std::ptr::write_volatile(&raw mut self.canary, GONE) };
        self.heap[1] = GONE;
        count(self.id, Count::Dropped);
        // The fields are dropped all the same.
        dice::roll(|| ());
    }
}

impl Value for Result<Counted, u64> {
    fn make(id: Id, number: u64) -> Self {
        Ok(Counted::new(id, number))
    }

    fn number(&self) -> u64 {
        match self {
            Ok(counted) => counted.number(),
            Err(number) => *number,
        }
    }
}

/// An extra key with `Hash`, `Eq` and `Clone` of the user's.
#[derive(Debug)]
pub(crate) struct Key(pub(crate) u32);

/// A key does not know whose it is: the call may have been of either memo that has such keys.
fn stop() {
    count(Id::Valued, Count::Stopped);
    count(Id::RacingKeyed, Count::Stopped);
}

impl Clone for Key {
    fn clone(&self) -> Self {
        dice::roll(|| ());
        Self(self.0)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        dice::linger();
        dice::roll(stop);
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        dice::roll(stop);
        // Few hashes, so that `Eq` has something to tell apart.
        (self.0 / 4).hash(state);
    }
}
