//! Panics in user code, now and then.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};

/// One time in so many, where a panic may be.
const ODDS: u64 = 3_000;

/// The payload: it says that a panic was meant.
#[derive(Debug)]
pub(crate) struct Injected;

static ON: AtomicBool = AtomicBool::new(false);

thread_local! {
    // Without a destructor: values are dropped in other thread-locals' destructors.
    static STATE: Cell<u64> = const { Cell::new(0x9E37_79B9_7F4A_7C15) };
}

pub(crate) fn set(on: bool) {
    ON.store(on, Ordering::Relaxed);
}

/// Another sequence for this thread.
pub(crate) fn seed(seed: u64) {
    STATE.set(seed | 1);
}

/// Whether user code should panic here. Not while the thread unwinds: that would be the caller's abort, not a memo's fault.
fn falls() -> bool {
    if !ON.load(Ordering::Relaxed) {
        return false;
    }
    // Xorshift: a generator without a destructor, unlike the one that is kept in a thread-local elsewhere.
    let mut x = STATE.get();
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    STATE.set(x);
    x.is_multiple_of(ODDS) && !std::thread::panicking()
}

/// Panics, now and then. `before` runs first then. Past the hook: nobody wants a million messages.
pub(crate) fn roll(before: impl FnOnce()) {
    if falls() {
        before();
        resume_unwind(Box::new(Injected));
    }
}
