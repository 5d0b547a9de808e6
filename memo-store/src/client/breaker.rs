//! Leaves an engine alone that does not answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many faults in a row, and nobody asks for a while.
const FAULTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

pub(super) struct Breaker {
    state: Mutex<State>,
    /// Which time it is: a simulation says it.
    now: Box<dyn Fn() -> Instant + Send + Sync>,
}

#[derive(Default)]
struct State {
    faults: u32,
    /// Until when nobody asks. Then one does, and the pause doubles if it meets a fault, too.
    until: Option<Instant>,
    pause: Duration,
    /// One asks again.
    tries: bool,
}

impl Breaker {
    pub(super) fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self { state: Mutex::default(), now: Box::new(now) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to ask the engine.
    pub(super) fn lets_through(&self) -> bool {
        let mut state = self.state();
        let Some(until) = state.until else { return true };
        let now = (self.now)();
        if now < until {
            return false;
        }
        // This one tries; the others wait for what it finds.
        (state.until, state.tries) = (Some(now + state.pause), true);
        true
    }

    pub(super) fn answered(&self) {
        *self.state() = State::default();
    }

    pub(super) fn failed(&self) {
        let mut state = self.state();
        let now = (self.now)();
        // One of those that were asked before it was left alone, or whose answer comes late.
        if state.until.is_some_and(|until| now < until) && !state.tries {
            return;
        }
        state.tries = false;
        state.faults = state.faults.saturating_add(1);
        if state.faults >= FAULTS {
            state.pause = (state.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            state.until = Some(now + state.pause);
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.state().until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_in_a_row_and_one_asks_at_a_time() {
        let breaker = Breaker::new(Instant::now);
        breaker.failed();
        breaker.failed();
        assert!(breaker.lets_through());
        breaker.answered();
        (0..2).for_each(|_| breaker.failed());
        assert!(breaker.lets_through(), "not in a row");
        breaker.failed();
        assert!(!breaker.lets_through() && breaker.is_open());
        breaker.state().until = Some(Instant::now());
        assert!(breaker.lets_through(), "one tries");
        assert!(!breaker.lets_through(), "the others wait for it");
        breaker.failed();
        assert_eq!(breaker.state().pause, FIRST_PAUSE * 2);
        (0..100).for_each(|_| breaker.failed());
        assert_eq!(breaker.state().pause, FIRST_PAUSE * 2, "of calls that were under way");
        for _ in 0..10 {
            breaker.state().until = Some(Instant::now());
            assert!(breaker.lets_through());
            breaker.failed();
        }
        assert_eq!(breaker.state().pause, LONGEST_PAUSE);
        breaker.answered();
        assert!(breaker.lets_through() && !breaker.is_open());
    }
}
