//! What user code does besides, now and then: it panics, or it takes its time.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};

/// One time in so many, where a panic may be.
const ODDS: u64 = 3_000;

/// The payload: it says that a panic was meant.
#[derive(Debug)]
pub(crate) struct Injected;

/// One time in so many, where another thread may go first.
const SLOW: u64 = 250;

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

/// Xorshift: a generator without a destructor, unlike the one that is kept in a thread-local elsewhere.
fn next() -> u64 {
    let mut x = STATE.get();
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    STATE.set(x);
    x
}

/// Gives way to the other threads, now and then: they come while a flight is on its way, or a value is being copied.
pub(crate) fn linger() {
    if next() % SLOW == 0 {
        std::thread::yield_now();
    }
}

/// Panics, now and then; `before` runs first then. Past the hook: nobody wants a million messages. Not while the thread
/// unwinds: that would be the caller's abort, and not a memo's fault.
pub(crate) fn roll(before: impl FnOnce()) {
    if ON.load(Ordering::Relaxed) && next() % ODDS == 0 && !std::thread::panicking() {
        before();
        resume_unwind(Box::new(Injected));
    }
}
