//! The number of detached flights: those whose entry was taken out of its store.

use crate::sys::sync::plain::{AtomicU32, Ordering};

/// Detached flights in progress, in the whole process. Wraps below 0 for a moment where a flight ends before it was noted.
static DETACHED: AtomicU32 = AtomicU32::new(0);

/// A flight in progress was taken out of its store.
pub(crate) fn began() {
    DETACHED.fetch_add(1, Ordering::Relaxed);
}

/// A flight ended that had been taken out.
pub(crate) fn ended() {
    DETACHED.fetch_sub(1, Ordering::Relaxed);
}

/// How many there are.
#[inline]
pub(crate) fn now() -> u32 {
    DETACHED.load(Ordering::Relaxed)
}
