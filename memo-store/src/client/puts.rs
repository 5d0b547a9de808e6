//! What waits to be written.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::key::Key;

/// One entry to be written.
pub(super) struct Put {
    pub(super) key: Key,
    pub(super) entry: Vec<u8>,
    pub(super) number: u64,
}

/// The puts of one store, and what its thread is told.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// For the thread: there is something to do.
    work: Condvar,
    /// For who waits until all is done.
    done: Condvar,
}

#[derive(Default)]
struct State {
    puts: VecDeque<Put>,
    bytes: usize,
    /// One of them is being written.
    busy: bool,
    /// Until then what waits is written.
    closing: Option<Instant>,
    /// How often somebody wants all to be done, and how often it was.
    flushes: (u64, u64),
}

impl State {
    fn pop(&mut self) -> Option<Put> {
        let put = self.puts.pop_front()?;
        self.bytes -= put.entry.len();
        self.busy = true;
        Some(put)
    }
}

/// Longer than anybody waits.
const FOREVER: Duration = Duration::from_secs(1 << 20);

/// What the thread is woken for.
pub(super) enum Work {
    Put(Put),
    /// All is written that was there before; a flush waits for the rest, or it is time.
    Rest {
        /// Which flush is done then.
        flush: u64,
    },
    Close,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `false`: there are too many.
    pub(super) fn push(&self, put: Put, most_bytes: usize) -> bool {
        let mut state = self.state();
        if state.closing.is_some() || state.bytes + put.entry.len() > most_bytes {
            return false;
        }
        state.bytes += put.entry.len();
        state.puts.push_back(put);
        drop(state);
        self.work.notify_one();
        true
    }

    pub(super) fn len(&self) -> usize {
        let state = self.state();
        state.puts.len() + usize::from(state.busy)
    }

    /// Takes nothing any more. What waits is written within that time, or thrown away.
    pub(super) fn close(&self, within: Duration) {
        self.state().closing = Some(Instant::now() + within);
        self.work.notify_one();
    }

    /// Waits until all that is there now is written and released. `false`: not within that time.
    pub(super) fn flush(&self, within: Duration) -> bool {
        let mut state = self.state();
        state.flushes.0 += 1;
        let (this, until) = (state.flushes.0, Instant::now().checked_add(within));
        self.work.notify_one();
        while state.flushes.1 < this {
            let left = until.map_or(Some(FOREVER), |until| until.checked_duration_since(Instant::now()));
            let Some(left) = left else { return false };
            state = self.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// All that was to be done before flush `n` is done.
    pub(super) fn flushed(&self, n: u64) {
        let mut state = self.state();
        state.flushes.1 = state.flushes.1.max(n);
        drop(state);
        self.done.notify_all();
    }

    /// What to do next, at `time` at the latest.
    pub(super) fn next(&self, time: Instant) -> Work {
        let mut state = self.state();
        state.busy = false;
        loop {
            if state.closing.is_some_and(|until| Instant::now() >= until) {
                return Work::Close;
            }
            // In time, also while puts keep coming.
            let is_time = Instant::now() >= time && state.closing.is_none();
            if !is_time && let Some(put) = state.pop() {
                return Work::Put(put);
            }
            if state.closing.is_some() {
                return Work::Close;
            }
            if is_time || state.flushes.1 < state.flushes.0 {
                let (before, now) = (state.flushes.1, state.flushes.0);
                return Work::Rest { flush: if state.puts.is_empty() { now } else { before } };
            }
            let left = time.saturating_duration_since(Instant::now());
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The next put, if there is one.
    pub(super) fn pop(&self) -> Option<Put> {
        let mut state = self.state();
        state.busy = false;
        state.pop()
    }

    /// Throws away what is left.
    pub(super) fn clear(&self) -> usize {
        let mut state = self.state();
        state.bytes = 0;
        let left = std::mem::take(&mut state.puts);
        state.flushes.1 = state.flushes.0;
        drop(state);
        self.done.notify_all();
        left.len()
    }
}
