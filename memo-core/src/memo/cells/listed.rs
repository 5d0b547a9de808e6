//! The lists of a memo's cells, for enumerators.

use std::ptr::NonNull;

use super::head::CellHead;
use crate::sys::sync::plain::{AtomicU32, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;
use crate::sys::thread;

/// A memo has several lists of cells for `clear`, so that threads that make cells rarely contend.
pub(crate) const SEATS: usize = 8;

/// One of those lists, on a cache line of its own.
#[repr(align(64))]
pub(crate) struct Seat(Mutex<Seated>);

impl Seat {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Seated::new()))
    }

    /// The seat in which this thread lists its new cells.
    #[inline]
    pub(crate) fn mine() -> usize {
        thread::number() as usize % SEATS
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, Seated> {
        unpoisoned(self.0.lock())
    }
}

/// A cell's position in its memo's lists. Guarded by the lock of the seat.
///
/// One word for both halves, since a cell is small: `position * SEATS + seat`.
pub(crate) struct Listing(AtomicU32);

const UNLISTED: u32 = u32::MAX;

impl Listing {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(UNLISTED))
    }

    #[inline]
    pub(crate) fn set(&self, seat: usize, position: usize) {
        let word = u32::try_from(position * SEATS + seat).ok().filter(|word| *word != UNLISTED);
        let word = word.expect("fewer than 2^29 cells on a seat");
        self.0.store(word, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn clear(&self) {
        self.0.store(UNLISTED, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<(usize, usize)> {
        let word = self.0.load(Ordering::Relaxed);
        (word != UNLISTED).then_some((word as usize % SEATS, word as usize / SEATS))
    }
}

/// A cell's address in a memo's list. The anchor's count keeps it valid while it is listed.
#[derive(Clone, Copy)]
pub(crate) struct CellPtr(pub(crate) NonNull<CellHead>);

// SAFETY: only cells of shared memos are listed; those are `Send + Sync`, and are touched under the seat's lock or
// through a count taken under it.
unsafe impl Send for CellPtr {}

/// The cells of one seat, in blocks, so that growth never moves them all.
pub(crate) struct Seated(Vec<Vec<CellPtr>>);

const BLOCK: usize = 256;

impl Seated {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * BLOCK + last.len())
    }

    #[inline]
    pub(crate) fn push(&mut self, cell: CellPtr) {
        match self.0.last_mut().filter(|last| last.len() < BLOCK) {
            // The first grows as needed; the others rarely stay small.
            Some(last) => last.push(cell),
            None => {
                let mut block = Vec::with_capacity(if self.0.is_empty() { 4 } else { BLOCK });
                block.push(cell);
                self.0.push(block);
            }
        }
    }

    /// Removes the cell at a position. The last one moves there and is returned, unless it is the same cell.
    #[inline]
    pub(crate) fn swap_remove(&mut self, position: usize) -> Option<CellPtr> {
        let last = self.0.last_mut()?.pop()?;
        if self.0.len() > 1 && self.0.last().is_some_and(Vec::is_empty) {
            self.0.pop();
            if self.0.len() < self.0.capacity() / 4 {
                let half = self.0.capacity() / 2;
                self.0.shrink_to(half);
            }
        }
        let at = self.0.get_mut(position / BLOCK)?.get_mut(position % BLOCK)?;
        *at = last;
        Some(last)
    }

    /// The cell at a position.
    pub(crate) fn at(&self, position: usize) -> Option<CellPtr> {
        self.0.get(position / BLOCK)?.get(position % BLOCK).copied()
    }

    /// The cell at a place, whatever number it has: they go round.
    pub(crate) fn get(&self, number: usize) -> Option<CellPtr> {
        self.at(number.checked_rem(self.len())?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CellPtr> {
        self.0.iter().flatten()
    }
}
