//! How many bytes results own, by a function of the user's on a sample of those that are computed.

use std::any::Any;
use std::sync::Arc;

use crate::sys::panics::Panics;
use crate::sys::sync::plain::{AtomicBool, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// The first are all measured, then one in so many.
const SAMPLE: u64 = 64;

/// `None`: it is of another type.
pub(crate) type Measure = dyn Fn(&dyn Any) -> Option<usize> + Send + Sync;

/// What is known of the bytes that a memo's results own.
pub(crate) struct ValueBytes {
    on: AtomicBool,
    known: Mutex<Option<Known>>,
}

struct Known {
    by: Arc<Measure>,
    computed: u64,
    measured: u64,
    bytes: u64,
}

impl ValueBytes {
    pub(crate) const fn new() -> Self {
        Self { on: AtomicBool::new(false), known: Mutex::new(None) }
    }

    /// Begins anew, with this function.
    pub(crate) fn measure(&self, by: Arc<Measure>) {
        let before = unpoisoned(self.known.lock()).replace(Known { by, computed: 0, measured: 0, bytes: 0 });
        self.on.store(true, Ordering::Relaxed);
        // The user's, dropped with no lock held.
        drop(before);
    }

    /// A value was computed.
    #[inline(always)]
    pub(crate) fn look(&self, value: &dyn Any) {
        if self.on.load(Ordering::Relaxed) {
            self.look_at(value);
        }
    }

    #[cold]
    #[inline(never)]
    fn look_at(&self, value: &dyn Any) {
        let Some(by) = self.drawn() else { return };
        let mut panics = Panics::default();
        if let Some(bytes) = panics.run(|| by(value)).flatten() {
            self.add(&by, bytes as u64);
        }
        // This may be the last count, and what the user's function has may panic, too.
        panics.drop(by);
        panics.swallow();
    }

    /// The function, if this value is in the sample.
    fn drawn(&self) -> Option<Arc<Measure>> {
        let mut known = unpoisoned(self.known.lock());
        let known = known.as_mut()?;
        let number = known.computed;
        known.computed += 1;
        (number < SAMPLE || number % SAMPLE == 0).then(|| Arc::clone(&known.by))
    }

    /// Unless another function came meanwhile.
    fn add(&self, by: &Arc<Measure>, bytes: u64) {
        if let Some(known) = unpoisoned(self.known.lock()).as_mut().filter(|known| Arc::ptr_eq(&known.by, by)) {
            known.measured += 1;
            known.bytes = known.bytes.saturating_add(bytes);
        }
    }

    /// Of so many results, if one was measured.
    pub(crate) fn of(&self, results: u64) -> Option<u64> {
        let known = unpoisoned(self.known.lock());
        let known = known.as_ref().filter(|known| known.measured > 0)?;
        let all = u128::from(known.bytes) * u128::from(results) / u128::from(known.measured);
        Some(u64::try_from(all).unwrap_or(u64::MAX))
    }
}
