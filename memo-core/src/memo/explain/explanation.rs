//! The explanation of one memo: on or off, and what is kept.

use super::known::Known;
use super::spot::{Spot, Went};
use crate::memo::counting::counter_block::Count;
use crate::sys::sync::plain::{AtomicBool, Mutex, MutexGuard, Ordering};
use crate::sys::sync::unpoisoned;

/// The explanation of one memo.
pub(crate) struct Explanation {
    on: AtomicBool,
    known: Mutex<Option<Box<Known>>>,
}

impl Explanation {
    pub(crate) const fn new() -> Self {
        Self { on: AtomicBool::new(false), known: Mutex::new(None) }
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

    /// The same for what listeners are told.
    #[cold]
    pub(crate) fn told(&self, spot: Spot, count: Count) {
        if let Some(why) = Went::of(count) {
            self.went(spot, why);
        }
    }
}
