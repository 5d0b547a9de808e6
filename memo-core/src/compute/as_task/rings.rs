//! Rings of calls that are futures (law 10): a call that would wait for a result whose computation waits for this call.
//!
//! A ring is a matter of calls, not of tasks: `join!` polls many calls in one task, and each may wait for another one's result. A call that
//! waits inside a body (or inside several, one within the other) records an edge from each of these computations to the flight that it
//! waits for. A path of edges from that flight back to a computation around the call is a ring.
//!
//! # Invariants
//!
//! 1. An edge is recorded before its task sleeps, under the one lock here, and it is then that rings are looked for. So the last call
//!    of a ring sees it.
//! 2. An edge names no flight but those that it was recorded for. A call removes its own when it ends or is dropped; who ends a flight removes
//!    those that lead from it, and those of the tasks that it wakes which lead to it. What a leaked future leaves here, nobody removes: so a
//!    flight has the [`Name`] that its call has, too, and what is at the same address later is another one.
//!
//! A ring is told although one of its calls may be in a `select!` beside a timeout, which would open it: a call that waits for itself is a
//! mistake all the same.
//!
//! Only calls that wait inside a body come here, and no user code runs under the lock. Where no call ever did, the end of a flight reads
//! one flag.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, DefaultHasher};

use crate::compute::frames::{self, Frame};
use crate::memo::core::Core;
use crate::memo::cycle::{Cycle, CycleCall, Kind};
use crate::sys::stack::Stack;
use crate::sys::sync::plain::{AtomicBool, Mutex, Ordering};
use crate::sys::sync::unpoisoned;

/// A flight: the address of its slot, and the name of the call that has claimed it. Of a computation that no task can wait for, 0 instead.
pub(super) type Name = (usize, u32);

/// A computation around a call that waits.
#[derive(Clone, Copy)]
struct Around {
    flight: Name,
    core: &'static Core,
}

/// What one call waits for.
struct Edge {
    /// From the outermost computation around it to the innermost.
    around: Box<[Around]>,
    to: Name,
}

impl Edge {
    /// `None`: no such computation is around this call.
    fn new(to: Name, is_around: impl Fn(&Frame) -> bool) -> Option<Self> {
        let frames = frames::of_this_thread().filter(|frame| is_around(frame));
        let around = |frame: &Frame| Around { flight: (frame.task.slot, frame.task.flight), core: frame.core };
        let mut around: Vec<_> = frames.map(around).collect();
        around.reverse();
        (!around.is_empty()).then(|| Self { around: around.into(), to })
    }
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

struct Edges {
    /// By the number of the wait.
    edges: Map<u64, Edge>,
    /// The waits inside each computation.
    inside: Map<Name, Vec<u64>>,
}

static EDGES: Mutex<Edges> = Mutex::new(Edges {
    edges: HashMap::with_hasher(BuildHasherDefault::new()),
    inside: HashMap::with_hasher(BuildHasherDefault::new()),
});

/// Whether there ever were any.
static ANY: AtomicBool = AtomicBool::new(false);

/// Removes an edge when dropped.
pub(super) struct Recorded(u64);

impl Drop for Recorded {
    fn drop(&mut self) {
        unpoisoned(EDGES.lock()).remove(self.0);
    }
}

/// Records that the wait of this number, inside the computations that this thread is polling, waits for `flight`. `None`: it is inside none.
///
/// # Panics
///
/// If that flight waits for one of these computations.
pub(super) fn record(wait: u64, flight: Name) -> Option<Recorded> {
    let edge = Edge::new(flight, |_| true)?;
    ANY.store(true, Ordering::Relaxed);
    let ring = unpoisoned(EDGES.lock()).insert_unless_ring(wait, edge);
    // A computation that is suspended on another stack is not around this call. That is seldom worth asking.
    let ring = ring.and_then(|_| {
        let stack = Stack::current();
        let edge = Edge::new(flight, |frame| stack.has(frame.stack))?;
        unpoisoned(EDGES.lock()).insert_unless_ring(wait, edge)
    });
    if let Some(ring) = ring {
        // With the lock open: what there is to say is written by code of the user's, too.
        ring.raise();
    }
    Some(Recorded(wait))
}

/// A flight has ended, for which these waits may have waited: removes the edges from it and to it.
pub(super) fn flight_ended(flight: Name, waits: impl Iterator<Item = u64>) {
    // An edge of a call that this thread knows of was recorded before; one that comes at this moment is removed by its own call.
    if !ANY.load(Ordering::Relaxed) {
        return;
    }
    let mut edges = unpoisoned(EDGES.lock());
    for wait in waits {
        // Another may have been claimed there since, and it is that one that this call waits for.
        if edges.edges.get(&wait).is_some_and(|edge| edge.to == flight) {
            edges.remove(wait);
        }
    }
    for wait in edges.inside.remove(&flight).unwrap_or_default() {
        edges.remove(wait);
    }
}

/// A ring that a wait would close.
struct Ring {
    /// How many of its calls wait.
    calls: usize,
    /// Its memos, from the one that the others wait for.
    chain: Vec<&'static Core>,
}

impl Ring {
    fn raise(self) -> ! {
        let kind = if self.calls == 1 { Kind::Inside } else { Kind::AroundTasks { calls: self.calls } };
        Cycle::new(kind, self.chain.into_iter().map(|core| CycleCall::new(core, None)).collect()).raise()
    }
}

impl Edges {
    fn insert_unless_ring(&mut self, wait: u64, edge: Edge) -> Option<Ring> {
        let ring = self.ring(&edge);
        if ring.is_none() {
            self.insert(wait, edge);
        }
        ring
    }

    fn insert(&mut self, wait: u64, edge: Edge) {
        for around in &edge.around {
            self.inside.entry(around.flight).or_default().push(wait);
        }
        self.edges.insert(wait, edge);
    }

    fn remove(&mut self, wait: u64) {
        let Some(edge) = self.edges.remove(&wait) else { return };
        for around in &edge.around {
            if let Some(inside) = self.inside.get_mut(&around.flight) {
                inside.retain(|other| *other != wait);
                if inside.is_empty() {
                    self.inside.remove(&around.flight);
                }
            }
        }
    }

    /// The path from the flight of a new edge back to a computation around it.
    fn ring(&self, new: &Edge) -> Option<Ring> {
        let closes = |flight: Name| new.around.iter().any(|around| around.flight == flight);
        // For each flight that was reached: the wait that led there, and the flight that it is inside of.
        let mut reached: Map<Name, Option<(u64, Name)>> = Map::default();
        let mut next = vec![new.to];
        reached.insert(new.to, None);
        while let Some(flight) = next.pop() {
            if closes(flight) {
                return Some(self.told(new, flight, &reached));
            }
            for wait in self.inside.get(&flight).into_iter().flatten() {
                let to = self.edges[wait].to;
                if let Entry::Vacant(free) = reached.entry(to) {
                    free.insert(Some((*wait, flight)));
                    next.push(to);
                }
            }
        }
        None
    }

    /// Follows the path back from where the ring closes.
    fn told(&self, new: &Edge, closes: Name, reached: &Map<Name, Option<(u64, Name)>>) -> Ring {
        // From the end of the ring to its beginning; each part from a computation inwards to the call that waits.
        let mut parts = vec![chain(new, closes)];
        let mut flight = closes;
        while let Some((wait, inside)) = reached[&flight] {
            parts.push(chain(&self.edges[&wait], inside));
            flight = inside;
        }
        let calls = parts.len();
        // The call that closes the ring is inside the computation that the last of the others waits for.
        let own = parts.remove(0);
        let chain = own.into_iter().chain(parts.into_iter().rev().flatten()).collect();
        Ring { calls, chain }
    }
}

/// The memos from the computation of `flight` inwards to the call that waits.
fn chain(edge: &Edge, flight: Name) -> Vec<&'static Core> {
    edge.around.iter().skip_while(|around| around.flight != flight).map(|around| around.core).collect()
}
