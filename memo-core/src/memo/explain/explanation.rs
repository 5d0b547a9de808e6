//! The explanation of one memo: on or off, and what is kept.

use std::collections::HashMap;
use std::time::Duration;

use super::known::Known;
use super::miss::Reasons;
use super::spot::{Spot, Went};
use crate::memo::clock::{self, HAS_CLOCK};
use crate::sys::sync::plain::{AtomicBool, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;

/// The explanation of one memo.
pub(crate) struct Explanation {
    on: AtomicBool,
    known: Mutex<Option<Box<Known>>>,
    /// Never reset: exporters have them as counters.
    reasons: Reasons,
}

impl Explanation {
    pub(crate) const fn new() -> Self {
        Self { on: AtomicBool::new(false), known: Mutex::new(None), reasons: Reasons::new() }
    }

    /// Whether misses are explained.
    #[inline(always)]
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Begins anew, or ends and forgets.
    pub(crate) fn switch(&self, on: bool) {
        let known = on.then(Box::default);
        let before = {
            let mut now = self.known();
            if on && now.is_some() {
                return;
            }
            self.on.store(on, Ordering::Relaxed);
            std::mem::replace(&mut *now, known)
        };
        drop(before);
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Option<Box<Known>>> {
        unpoisoned(self.known.lock())
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Known)) {
        if let Some(known) = &mut *self.known() {
            note(known);
        }
    }

    /// Notes that a result went.
    #[inline]
    pub(crate) fn went(&self, spot: Spot, why: Went) {
        if self.is_on() {
            self.note_that_it_went(spot, why);
        }
    }

    #[cold]
    #[inline(never)]
    fn note_that_it_went(&self, spot: Spot, why: Went) {
        self.note(|known| known.went(spot, why));
    }

    /// The same of one that went before what is known, unless more is known.
    #[inline]
    pub(crate) fn went_before(&self, spot: Spot, why: Went) {
        if self.is_on() {
            self.note(|known| known.went_before(spot, why));
        }
    }

    /// Notes that there is a result again.
    #[inline]
    pub(crate) fn stored(&self, spot: Spot) {
        if self.is_on() {
            self.note(|known| known.stored(spot));
        }
    }

    /// Notes that a cell was made, perhaps where another was.
    #[inline]
    pub(crate) fn new_cell(&self, cell: usize) {
        if self.is_on() {
            self.note(|known| known.new_cell(cell));
        }
    }

    /// When the last cells were made, by their addresses, and what the time is: of those made while misses are explained. Some of them may be gone, but for
    /// one that stands its time is told.
    pub(crate) fn ages(&self) -> HashMap<usize, Duration> {
        let now = clock::coarse();
        let known = self.known();
        let made = known.iter().filter(|_| HAS_CLOCK).flat_map(|known| known.made());
        made.map(|(cell, when)| (cell, Duration::from_nanos(now.saturating_sub(when)))).collect()
    }

    /// How many misses had which reason, since it was switched on first.
    pub(super) fn reasons(&self) -> &Reasons {
        &self.reasons
    }
}
