//! Waiting for a flight of another thread, unless that thread waits for this one (law 10).
//!
//! # Invariants
//!
//! 1. Before a call parks, it records the flight that it waits for, under the one lock here: an edge from its thread to the
//!    flight's thread. After the wait it removes the edge, under the same lock. So while the lock is held, the pointers of
//!    an edge are valid: to a slot that its call borrows, and to frames of its thread.
//! 2. An edge counts as long as its slot is held by the very flight it waits for. If the flight has ended and its waiter has not woken
//!    yet, the edge does not count. A thread behind an edge that counts is parked, so no flight of its own ends. Hence a path of such
//!    edges that leads back to the thread about to wait is a ring that would never open, and no other path is.
//! 3. The last thread to join a ring sees it: the edges of the others are already recorded.
//!
//! Only calls that wait come here, and no user code runs under the lock.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::thread::Thread;

use crate::compute::frames::{self, Frame, Link};
use crate::compute::rings;
use crate::memo::clock;
use crate::memo::core::Core;
use crate::memo::counting::counter_block::Count;
use crate::memo::counting::counters;
use crate::memo::cycle::{Cycle, Kind};
use crate::memo::traced::{self, What};
use crate::sys::sync::plain::Mutex;
use crate::sys::sync::{try_unpoisoned, unpoisoned};
use crate::sys::thread;
use crate::value::slot::{Flight, Slot, Waited};

/// What a thread waits for.
struct Edge {
    slot: usize,
    flight: Flight,
    /// Whether the slot is still held by the flight.
    ///
    /// Safe to call with `slot` while the edge is recorded.
    counts: unsafe fn(usize, Flight) -> bool,
    /// The innermost computation of the waiting thread.
    frames: *const Frame,
    /// The memo that is called, and since when, by [`clock::coarse`]: for who looks in from outside.
    core: Option<&'static Core>,
    since: u64,
    thread: Option<Thread>,
    /// The memo of its innermost computation.
    inside: Option<&'static Core>,
}

// SAFETY: its pointers are followed only under the lock, while their thread is parked (invariant 1).
unsafe impl Send for Edge {}

impl Edge {
    fn new<V>(core: Option<&'static Core>, slot: &Slot<V>, flight: Flight) -> Self {
        Self {
            core,
            since: clock::coarse(),
            thread: thread::handle(),
            inside: frames::memo_around(),
            slot: frames::slot_address(slot),
            flight,
            // SAFETY: the address is that of a `Slot<V>`, which lives as long as the edge.
            counts: |slot, flight| unsafe { &*std::ptr::with_exposed_provenance::<Slot<V>>(slot) }.is_held_by(flight),
            frames: frames::innermost(),
        }
    }

    fn counts(&self) -> bool {
        // SAFETY: edges are read under the lock, while they are recorded.
        unsafe { (self.counts)(self.slot, self.flight) }
    }
}

/// Edges by the number of the waiting thread.
type Edges = HashMap<u32, Edge, BuildHasherDefault<DefaultHasher>>;

static EDGES: Mutex<Edges> = Mutex::new(HashMap::with_hasher(BuildHasherDefault::new()));

/// Removes a thread's edge when dropped.
struct Waiting(u32);

impl Drop for Waiting {
    fn drop(&mut self) {
        unpoisoned(EDGES.lock()).remove(&self.0);
    }
}

/// Waits for the end of `flight`, which another thread computes.
///
/// # Panics
///
/// If that thread waits for this one, directly or through others.
#[track_caller]
pub(crate) fn wait<V>(slot: &Slot<V>, flight: Flight) -> Waited {
    wait_or_tell(None, slot, flight, || ()).unwrap_or_else(|ring| ring.raise())
}

/// The same for a call of `core`, which counts it. If its memo has a value for a ring, that comes back.
#[track_caller]
pub(crate) fn wait_unless_ring<V>(core: &'static Core, slot: &Slot<V>, flight: Flight) -> Result<Waited, Cycle> {
    let waits = || {
        counters::count(core, Count::Waits, 1);
        traced::event(core, What::Waits, 1);
    };
    match wait_or_tell(Some(core), slot, flight, waits) {
        Err(ring) if !(core.has_cycle() && rings::has_noted_elsewhere()) => ring.raise(),
        waited => waited,
    }
}

/// `waits` runs when who ends the flight knows that it is awaited: a failure that can be shared reaches whoever is counted.
fn wait_or_tell<V>(
    core: Option<&'static Core>,
    slot: &Slot<V>,
    flight: Flight,
    waits: impl FnOnce(),
) -> Result<Waited, Cycle> {
    let me = thread::number();
    let edge = Edge::new(core, slot, flight);
    let ring = {
        let mut edges = unpoisoned(EDGES.lock());
        let ring = ring(&edges, me, &edge);
        if ring.is_none() {
            edges.insert(me, edge);
        }
        ring
    };
    if let Some(Ring { threads, chain }) = ring {
        // With the lock open: keys write themselves. Until this call has returned, the others wait.
        return Err(Cycle::new(Kind::Around { threads }, rings::told(chain)));
    }
    let _waiting = Waiting(me);
    Ok(match slot.announce(flight) {
        Ok(()) => {
            waits();
            slot.wait(flight)
        }
        Err(end) => end,
    })
}

/// A thread that waits for a flight.
#[derive(Debug)]
pub(crate) struct WaitingThread {
    pub(crate) number: u32,
    pub(crate) thread: Option<Thread>,
    /// The memo of its innermost computation.
    pub(crate) inside: Option<&'static Core>,
    /// The memo that is called, where it is known.
    pub(crate) core: Option<&'static Core>,
    pub(crate) slot: usize,
    /// By [`clock::coarse`].
    pub(crate) since: u64,
}

/// The threads that wait. `None` if another thread has the lock just now, which is never for long.
pub(crate) fn waiting_threads() -> Option<Vec<WaitingThread>> {
    let edges = try_unpoisoned(EDGES.try_lock())?;
    let waiting = edges.iter().map(|(&number, edge)| {
        let &Edge { core, slot, since, inside, ref thread, .. } = edge;
        WaitingThread { number, thread: thread.clone(), inside, core, slot, since }
    });
    Some(waiting.collect())
}

/// A ring that a wait would close.
struct Ring {
    threads: usize,
    /// Its calls, from the one of this thread that the others wait for.
    chain: Vec<Link>,
}

/// Follows the edges from the flight that `me` is about to wait for.
fn ring(edges: &Edges, me: u32, new: &Edge) -> Option<Ring> {
    let mut path = vec![new];
    loop {
        let last = path[path.len() - 1];
        // The second case is impossible: it would mean that a ring had been allowed to close.
        if !last.counts() || path.len() > edges.len() + 1 {
            return None;
        }
        if last.flight.thread == me {
            break;
        }
        path.push(edges.get(&last.flight.thread)?);
    }
    // An edge names the flight of the next thread that is waited for; the frames of that thread are in the next edge,
    // and those of this thread in the new one.
    let last = path[path.len() - 1];
    let awaited = std::iter::once(last).chain(path.iter().copied());
    let mut chain = Vec::new();
    for (awaited, at) in awaited.zip(&path) {
        // SAFETY: frames of this thread, or of one that stays parked at least until the lock is released.
        chain.extend(unsafe { frames::chain(at.frames, awaited.slot, std::ptr::eq(*at, new)) });
    }
    Some(Ring { threads: path.len(), chain })
}
