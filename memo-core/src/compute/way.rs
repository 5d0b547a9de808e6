//! The two ways to carry out a call: on a thread, which parks where it has to wait, or as a future, which tasks poll.
//!
//! Search and job are written once. What differs is here: in whose name a slot is claimed, what is noted while a body runs, and what is
//! to be done where two calls meet in one slot.
//!
//! A call on a thread claims in the name of its thread. A future may be polled by any thread, and many futures by one, so each claims in
//! a name of its own: a number that no other call of a task has. The slots of one memo are claimed in one way only, so the two kinds of
//! numbers never meet.

use super::as_task::waiting;
use super::before_body::{Notes, Timed};
use super::frames::{self, Running, Task};
use super::wait_graph;
use crate::memo::core::Core;
use crate::reclaim::outermost_call::Call;
use crate::sys::sync::plain::{AtomicU32, Ordering};
use crate::sys::thread;
use crate::value::slot::{Flight, Slot};

/// How a call is carried out.
pub(crate) trait Way: Sized {
    /// Whether the call is a future.
    const IS_TASK: bool;

    /// What is kept of a computation from its start to its end.
    type Running;

    /// The name in which it claims slots.
    fn number(&self) -> u32;

    /// The body is about to run; `stack` as for [`Running::begin`].
    fn start(core: &'static Core, task: &Task, stack: usize, notes: Option<&Notes>) -> Self::Running;

    /// The notes of its start.
    fn notes(running: &Self::Running) -> Option<Notes>;

    /// The body has returned: whether and how it was timed, and the notes.
    fn end(running: Self::Running) -> (Option<Timed>, Option<Notes>);

    /// Whether the result depends on a value of `cycle = ..` that stands for a computation around this one.
    fn is_inside_ring(running: &Self::Running) -> bool;

    /// Whether this call, which has claimed the slot, still has the claim; if so, it ends it before it does anything else.
    fn still_claims<V>(slot: &Slot<V>) -> bool;

    /// The slot is claimed by `flight`, and this call has a value for it: takes the claim over, or lets the other call go on. `false`: the
    /// caller looks again.
    fn meet<V>(&self, slot: &Slot<V>, flight: Flight) -> bool;

    /// The flight in this slot, named `number`, has ended. No lock is held.
    fn ended<V>(slot: &Slot<V>, number: u32);
}

impl Way for Call {
    const IS_TASK: bool = false;

    type Running = Running;

    #[inline(always)]
    fn number(&self) -> u32 {
        thread::number()
    }

    #[inline(always)]
    fn start(core: &'static Core, task: &Task, stack: usize, notes: Option<&Notes>) -> Running {
        let mut running = Running::begin_here(core, *task, stack);
        running.trace(core);
        if let Some(notes) = notes {
            running.set_notes(notes);
        }
        // Last: nothing else is to be timed.
        if let Some(weight) = Timed::due(core) {
            running.set_timed(Timed::start(weight));
        }
        running
    }

    #[inline(always)]
    fn notes(running: &Running) -> Option<Notes> {
        running.notes()
    }

    #[inline(always)]
    fn end(running: Running) -> (Option<Timed>, Option<Notes>) {
        running.end()
    }

    #[inline(always)]
    fn is_inside_ring(running: &Running) -> bool {
        running.is_inside_ring()
    }

    #[inline(always)]
    fn still_claims<V>(slot: &Slot<V>) -> bool {
        slot.is_still_claimed(thread::number())
    }

    /// Computations below this call have ended, so a flight of its own thread is suspended, and this call is faster.
    #[inline]
    fn meet<V>(&self, slot: &Slot<V>, flight: Flight) -> bool {
        if flight.thread == thread::number() {
            slot.overtake(flight.thread)
        } else {
            wait_graph::wait(slot, flight);
            false
        }
    }

    /// Who is parked was woken by the slot.
    #[inline(always)]
    fn ended<V>(_: &Slot<V>, _: u32) {}
}

/// What is kept of a computation by a task. A frame is on a thread only while that one polls the body: see [`body`](super::as_task::body).
pub(crate) struct Polled {
    pub(super) notes: Option<Notes>,
    timed: Option<Timed>,
    /// Of any of its polls.
    pub(super) inside_ring: bool,
}

/// A call that is a future. Its name.
#[derive(Debug)]
pub struct TaskCall(u32);

impl TaskCall {
    pub(crate) fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        loop {
            // After four billion the numbers begin again. Nobody's is left out.
            let number = LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            if number != 0 {
                return Self(number);
            }
        }
    }
}

impl Way for TaskCall {
    const IS_TASK: bool = true;

    type Running = Polled;

    fn number(&self) -> u32 {
        self.0
    }

    fn start(core: &'static Core, _: &Task, _: usize, notes: Option<&Notes>) -> Polled {
        Polled { notes: notes.copied(), timed: Timed::due(core).map(Timed::start), inside_ring: false }
    }

    fn notes(running: &Polled) -> Option<Notes> {
        running.notes
    }

    fn end(running: Polled) -> (Option<Timed>, Option<Notes>) {
        (running.timed, running.notes)
    }

    fn is_inside_ring(running: &Polled) -> bool {
        running.inside_ring
    }

    /// Another call may have computed beside this one, and been faster.
    fn still_claims<V>(slot: &Slot<V>) -> bool {
        slot.settle()
    }

    /// The first value counts. If the claim is settled, it ends in a moment, without code of the user's.
    fn meet<V>(&self, slot: &Slot<V>, flight: Flight) -> bool {
        let overtaken = slot.overtake(flight.thread);
        if !overtaken {
            std::thread::yield_now();
        }
        overtaken
    }

    fn ended<V>(slot: &Slot<V>, number: u32) {
        waiting::flight_ended(frames::slot_address(slot), number);
    }
}
