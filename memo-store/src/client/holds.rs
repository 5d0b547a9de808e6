//! What this process holds in its store, and why.
//!
//! # Invariants
//!
//! 1. A key is counted once for each call that looks for it, and once for each [`Leases`](super::leases::Leases) that has it. While it is counted, no release of it is decided.
//! 2. Numbers only grow. A release has one that is higher than those of all gets before it, and lower than those after it: see the
//!    [rules](crate::engine) of engines.
//! 3. What is to be released waits here for the background thread. Nothing here waits for an engine: a destructor may call it.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::key::{Key, KeyHasher};

/// So many are remembered between two renewals.
const MOST_UNANSWERED: usize = 1 << 16;

#[derive(Default)]
pub(crate) struct Holds(Mutex<State>);

#[derive(Default)]
struct State {
    last: u64,
    counts: HashMap<Key, u32, BuildHasherDefault<KeyHasher>>,
    released: Vec<(Key, u64)>,
    /// What was asked for without an answer, since the last renewal and before it: it may yet be done, after its release.
    unanswered: [Vec<Key>; 2],
    /// Nobody sends releases any more.
    closed: bool,
}

impl State {
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn end(&mut self, key: Key) {
        let Some(count) = self.counts.get_mut(&key) else { return };
        *count -= 1;
        if *count > 0 {
            return;
        }
        self.counts.remove(&key);
        self.release(key);
    }

    fn release(&mut self, key: Key) {
        if !self.closed {
            let number = self.number();
            self.released.push((key, number));
        }
    }
}

impl Holds {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a key once more. Returns the number of the hold that is asked for.
    pub(crate) fn begin(&self, key: Key) -> u64 {
        let mut state = self.state();
        *state.counts.entry(key).or_default() += 1;
        state.number()
    }

    /// Counts each once less.
    pub(crate) fn end(&self, keys: impl IntoIterator<Item = Key>) {
        let mut state = self.state();
        keys.into_iter().for_each(|key| state.end(key));
    }

    /// Releases what was taken hold of, if nobody counts it any longer.
    pub(super) fn release_unless_counted(&self, key: Key) {
        let mut state = self.state();
        if !state.counts.contains_key(&key) {
            state.release(key);
        }
    }

    /// Nobody knows whether this key is held, or will be. It is released once more, after the time of a renewal.
    pub(super) fn unanswered(&self, key: Key) {
        let mut state = self.state();
        if !state.closed && state.unanswered[0].len() < MOST_UNANSWERED {
            state.unanswered[0].push(key);
        }
    }

    /// A renewal was answered. What was without an answer at the one before is released, unless it is counted.
    pub(super) fn renewed(&self) {
        let mut state = self.state();
        let [now, before] = &mut state.unanswered;
        let before = std::mem::replace(before, std::mem::take(now));
        for key in before {
            if !state.counts.contains_key(&key) {
                state.release(key);
            }
        }
    }

    /// What is to be released, a part of it.
    pub(super) fn take_released(&self, at_most: usize) -> Vec<(Key, u64)> {
        let mut state = self.state();
        let from = state.released.len().saturating_sub(at_most);
        state.released.split_off(from)
    }

    /// Releases that were not sent are to be sent again.
    pub(super) fn put_back(&self, released: Vec<(Key, u64)>) {
        let mut state = self.state();
        if !state.closed {
            state.released.extend(released);
        }
    }

    /// No release that waits is needed any longer.
    pub(super) fn forget_released(&self) {
        self.state().released = Vec::new();
    }

    /// All that is counted, with numbers of now.
    pub(super) fn all(&self) -> Vec<(Key, u64)> {
        let mut state = self.state();
        let number = state.number();
        state.counts.keys().map(|key| (*key, number)).collect()
    }

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        (state.released, state.unanswered) = (Vec::new(), [Vec::new(), Vec::new()]);
    }

    /// How many keys are counted, and how many wait for their release.
    pub(super) fn len(&self) -> (usize, usize) {
        let state = self.state();
        (state.counts.len(), state.released.len())
    }
}
