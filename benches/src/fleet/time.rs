//! Simulated time: one that all see, and the engine's clock, which may jump.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use memo_store::Clock;

/// A clone is the same time.
#[derive(Clone)]
pub(super) struct Time(Arc<Hands>);

struct Hands {
    /// Microseconds since the simulation began.
    now: AtomicU64,
    /// By how many microseconds the engine's clock is ahead.
    ahead: AtomicI64,
    began: Instant,
}

/// The engine's clock when a simulation begins, so that it can jump back.
const EPOCH: Duration = Duration::from_secs(10 * 24 * 60 * 60);

pub(super) const fn micros(span: Duration) -> u64 {
    span.as_micros() as u64
}

impl Time {
    pub(super) fn new() -> Self {
        Self(Arc::new(Hands { now: AtomicU64::new(0), ahead: AtomicI64::new(0), began: Instant::now() }))
    }

    pub(super) fn now(&self) -> u64 {
        self.0.now.load(Relaxed)
    }

    pub(super) fn set(&self, now: u64) {
        self.0.now.store(now, Relaxed);
    }

    /// So many microseconds from now, as the code of the client knows it.
    pub(super) fn instant(&self, later: u64) -> Instant {
        self.0.began + Duration::from_micros(self.now() + later)
    }

    pub(super) fn of(&self, instant: Instant) -> u64 {
        micros(instant.saturating_duration_since(self.0.began))
    }

    /// The engine's clock jumps, by so many microseconds.
    pub(super) fn jump(&self, by: i64) {
        self.0.ahead.fetch_add(by, Relaxed);
    }

    pub(super) fn clock(&self) -> Clock {
        let time = self.clone();
        Clock::new(move || {
            let ahead = time.0.ahead.load(Relaxed);
            EPOCH + Duration::from_micros(time.now().saturating_add_signed(ahead))
        })
    }
}
