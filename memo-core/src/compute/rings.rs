//! Rings on one thread: a call that requests a result its own thread is computing panics, and never hangs. Or it gets the value of
//! `cycle = ..`.
//!
//! # Invariants
//!
//! 1. A value of `cycle = ..` stands for the result of the ring's head, the computation that the closing call asked for. Each computation
//!    from the head inwards is told of it ([`note_ring`]) before the closing call returns, and none of them but the head stores its result:
//!    what another call would find must not depend on who asked first.
//! 2. If the head is on another thread, no computation of this thread stores its result: none of them is the head.
//! 3. A lent result has to be stored, so where one is among those computations the call panics, whatever it has.

use super::frames::{Frame, Link, Task, innermost, links_from, note_ring, of_this_thread};
use crate::cell::detached_flights;
use crate::memo::core::Core;
use crate::memo::cycle::{Cycle, CycleCall, Kind};
use crate::sys::stack::Stack;

/// How many computations of one key may be in progress on one thread, each on its own stack, before they count as a
/// recursion that takes a new stack at each level.
const MOST_BESIDE: usize = 1024;

/// Checks a call that asks for a result its own thread is computing. If this returns `None`, that computation is suspended on
/// another stack: it resumes only when this thread does, so the call cannot wait for it and computes beside it.
///
/// # Panics
///
/// If the call is part of that computation, unless its memo has a value for that: then the ring comes back.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn refuse_ring(core: &'static Core, asked: Task) -> Option<Cycle> {
    let stack = Stack::current();
    let ring = ring_on(&stack, core, asked)?;
    if core.has_cycle() && has_noted(&stack, core, asked) { Some(ring) } else { ring.raise() }
}

/// The ring that a call would close, for callers that panic themselves: a function pointer does not pass its caller on.
#[cold]
#[inline(never)]
pub(crate) fn ring(core: &'static Core, asked: Task) -> Option<Cycle> {
    ring_on(&Stack::current(), core, asked)
}

fn ring_on(stack: &Stack, core: &'static Core, asked: Task) -> Option<Cycle> {
    let mine = || of_this_thread().filter(|frame| stack.has(frame.stack));
    // That computation itself, or another of the same key.
    if let Some(same) = mine().find(|frame| frame.is_asked_for(core, &asked)) {
        return Some(Cycle::new(Kind::Inside, told(links_from(same.task.slot, mine(), true))));
    }
    let beside = of_this_thread().filter(|frame| frame.is_for(core, &asked)).count();
    (beside >= MOST_BESIDE).then(|| Cycle::new(Kind::Suspended { beside }, vec![CycleCall::new(core, None)]))
}

/// Runs user code: each call of a ring writes its key.
pub(super) fn told(links: Vec<Link>) -> Vec<CycleCall> {
    links.into_iter().map(Link::told).collect()
}

/// Notes a value for a ring within this thread. `false` if a result inside it has to be stored, or it is no ring of this stack.
fn has_noted(stack: &Stack, core: &'static Core, asked: Task) -> bool {
    let mut mine = of_this_thread().filter(|frame| stack.has(frame.stack));
    let mut inside = Vec::new();
    loop {
        let Some(frame) = mine.next() else { return false };
        inside.push(frame);
        if frame.is_asked_for(core, &asked) {
            break;
        }
    }
    note(&inside, false)
}

/// The same where the head is on another thread.
pub(super) fn has_noted_elsewhere() -> bool {
    let stack = Stack::current();
    let mine: Vec<_> = of_this_thread().filter(|frame| stack.has(frame.stack)).collect();
    note(&mine, true)
}

fn note(inside: &[&Frame], elsewhere: bool) -> bool {
    let stored = inside.iter().any(|frame| frame.lends());
    if !stored {
        note_ring(inside, elsewhere);
    }
    !stored
}

impl Frame {
    /// Whether it computes what is asked for, or another result of the same key.
    fn is_asked_for(&self, core: &'static Core, asked: &Task) -> bool {
        self.task.slot == asked.slot || self.is_for(core, asked)
    }
}

/// How many cleared flights of one key may be nested on one thread before they count as a ring: a body may clear its
/// own flight, ask again, and end.
const MOST_AGAIN: usize = 64;

/// Guards keys whose flights were cleared: the next call does not wait for such a flight, so the wait graph shows no
/// ring. The recursion just never ends.
#[inline]
#[track_caller]
pub(crate) fn guard_again(core: &'static Core, cell: usize, hash: u64) {
    if let Some(ring) = asked_again(core, cell, hash) {
        ring.raise();
    }
}

/// The panic of [`guard_again`]; see [`ring`].
#[inline]
pub(crate) fn asked_again(core: &'static Core, cell: usize, hash: u64) -> Option<Cycle> {
    if i64::from(detached_flights::now() as i32) < MOST_AGAIN as i64 {
        return None;
    }
    count_again(core, Task { slot: 0, flight: 0, cell, hash, races: false, hold_key: None })
}

#[cold]
#[inline(never)]
fn count_again(core: &'static Core, asked: Task) -> Option<Cycle> {
    let same = |frame: &&Frame| frame.is_for(core, &asked);
    if of_this_thread().filter(same).count() < MOST_AGAIN {
        return None;
    }
    // Suspended computations asked for nothing here.
    let stack = Stack::current();
    let mine = || of_this_thread().filter(|frame| stack.has(frame.stack));
    let times = mine().filter(same).count();
    let newest = mine().find(same).filter(|_| times >= MOST_AGAIN)?;
    Some(Cycle::new(Kind::Again { times }, told(links_from(newest.task.slot, mine(), true))))
}

/// How deep the same key may be nested on one thread with `single_flight = false` before it counts as a ring.
const DEEPEST: usize = 4096;

/// How deep a memo with `last` may be nested for one object, whatever the key: the inner results are gone at once.
const DEEPEST_LAST: usize = 1024;

/// Guards calls that do not wait: a result in flight is no ring for them, but the recursion may never end.
#[inline]
#[track_caller]
pub(crate) fn guard_depth(core: &'static Core, asked: Task) {
    // A walk over all frames is expensive: the deeper, the less often.
    guard(core, asked, DEEPEST, |races| (races.next_power_of_two() / 32).max(256));
}

/// The same for a memo with `last`.
#[inline]
#[track_caller]
pub(crate) fn guard_last(core: &'static Core, asked: Task) {
    // A prime, so that of calls that take turns each is looked at.
    guard(core, asked, DEEPEST_LAST, |_| 257);
}

#[inline]
#[track_caller]
fn guard(core: &'static Core, asked: Task, deepest: usize, every: impl FnOnce(usize) -> usize) {
    // SAFETY: invariant 2 of `frames`.
    let races = unsafe { innermost().as_ref() }.map_or(0, |frame| frame.races) as usize;
    if races >= deepest && races % every(races) == 0 {
        count_nested(core, asked, deepest);
    }
}

#[cold]
#[track_caller]
fn count_nested(core: &'static Core, asked: Task, deepest: usize) {
    let same = |frame: &&Frame| frame.is_for(core, &asked);
    if of_this_thread().filter(same).count() < deepest {
        return;
    }
    let stack = Stack::current();
    let deep = of_this_thread().filter(same).filter(|frame| stack.has(frame.stack)).count();
    if deep >= deepest {
        Cycle::new(Kind::Nested { deep }, vec![CycleCall::new(core, None)]).raise();
    }
}
