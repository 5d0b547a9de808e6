//! The time in which a thread is watched.

use std::sync::Arc;

use super::counters::Counters;
use super::watch::{self, Watch};
use crate::sys::thread;

/// Puts a watch on this thread, or takes it off, until it is dropped.
///
/// Where that is on another thread (in a coroutine that has moved), the first thread stays as it is, which costs time only.
pub(crate) struct Watching {
    before: Option<Arc<Watch>>,
    home: u32,
}

impl Watching {
    /// With this watch, or none.
    pub(crate) fn begin(watch: Option<Arc<Watch>>) -> Self {
        let before = watch::current();
        set(watch);
        Self { before, home: thread::number() }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if thread::number() == self.home {
            set(self.before.take());
        }
    }
}

/// The watch and what the counters know of it, in one step (invariant 1 of [`watch`]).
fn set(watch: Option<Arc<Watch>>) {
    let is_watched = watch.is_some();
    let set = watch::replace(watch);
    Counters::here().be_watched(is_watched && set);
}
