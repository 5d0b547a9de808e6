//! A search for a result, in steps.
//!
//! It never waits by itself: between two steps it names the flight to wait for. The caller decides how to wait: [`parked`] parks the
//! thread, and [`as_task::search`](super::as_task::search) lets its task sleep.

use super::wait_graph;
use crate::memo::core::Core;
use crate::memo::cycle::Cycle;
use crate::value::slot::{Flight, Slot, Waited};

/// A search for a result.
pub(crate) trait Search {
    /// What is found.
    type Found;
    type Value;

    /// Goes on. `None`: the flight of another call has to end first.
    #[track_caller]
    fn step(&mut self) -> Option<Self::Found>;

    /// That flight, its slot, and this memo.
    fn awaited(&self) -> (&'static Core, &Slot<Self::Value>, Flight);

    /// Takes note of how it ended.
    fn waited(&mut self, how: Waited);

    /// What is found if waiting would close a ring, for which the memo has a value.
    fn closes(&mut self, ring: Cycle) -> Self::Found;
}

/// Searches to the end. Parks this thread where it has to wait.
#[inline(always)]
#[track_caller]
pub(crate) fn parked<S: Search>(mut search: S) -> S::Found {
    loop {
        if let Some(found) = search.step() {
            return found;
        }
        let (core, slot, flight) = search.awaited();
        match wait_graph::wait_unless_ring(core, slot, flight) {
            Ok(how) => search.waited(how),
            Err(ring) => return search.closes(ring),
        }
    }
}
