//! How deep a thread is in memo calls that may run user code.
//!
//! A suspended compute counts as a step, too, until it continues and ends. Meanwhile the other calls of its thread pay none of
//! the sweeping they owe.

use std::cell::Cell;

use super::per_thread::per_thread;
use super::thread;

per_thread! {
    struct Depth {
        /// Zero: a call that ends now is an outermost one.
        steps: Cell<u32> = Cell::new(0),
    }
}

/// Makes the thread one step deeper while it lives: no amortised sweep starts below it.
#[derive(Debug)]
pub(crate) struct DepthGuard {
    /// The number of the thread that it counts for: a suspended compute may end on another.
    home: u32,
}

impl DepthGuard {
    #[inline]
    pub(crate) fn enter() -> Self {
        let depth = Depth::here();
        depth.steps.set(depth.steps.get() + 1);
        Self { home: thread::number() }
    }
}

impl Drop for DepthGuard {
    #[inline]
    fn drop(&mut self) {
        if thread::number() == self.home {
            let depth = Depth::here();
            depth.steps.set(depth.steps.get() - 1);
        } else {
            ended_elsewhere::note(self.home);
        }
    }
}

/// Whether this thread is in no such call.
#[inline]
pub(crate) fn is_zero() -> bool {
    let depth = Depth::here();
    if depth.steps.get() > 0 {
        depth.steps.set(depth.steps.get() - ended_elsewhere::take(thread::number()));
    }
    depth.steps.get() == 0
}

/// Steps that ended on another thread than the one they began on, until that one takes note.
mod ended_elsewhere {
    use std::collections::HashMap;
    use std::hash::{BuildHasherDefault, DefaultHasher};

    use crate::sys::sync::plain::{AtomicBool, Mutex, Ordering};
    use crate::sys::sync::unpoisoned;

    /// How many, by the number of the home thread. A thread that ended before leaves its few bytes here.
    static STEPS: Mutex<HashMap<u32, u32, BuildHasherDefault<DefaultHasher>>> =
        Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()));

    /// Whether there ever were any.
    static ANY: AtomicBool = AtomicBool::new(false);

    #[cold]
    pub(super) fn note(home: u32) {
        *unpoisoned(STEPS.lock()).entry(home).or_default() += 1;
        ANY.store(true, Ordering::Relaxed);
    }

    /// Takes those of `home`.
    pub(super) fn take(home: u32) -> u32 {
        if ANY.load(Ordering::Relaxed) { unpoisoned(STEPS.lock()).remove(&home).unwrap_or(0) } else { 0 }
    }
}
