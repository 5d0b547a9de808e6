//! Rings on one thread: a call that requests a result its own thread is computing panics, and never hangs.

use super::frames::{Frame, Task, innermost, of_this_thread, places_from};
use crate::cell::detached_flights;
use crate::memo::core::Core;
use crate::memo::names;
use crate::sys::stack::Stack;

/// How many computations of one key may be in progress on one thread, each on its own stack, before they count as a
/// recursion that takes a new stack at each level.
const MOST_BESIDE: usize = 1024;

/// Checks a call that asks for a result its own thread is computing. If this returns, that computation is suspended on
/// another stack: it resumes only when this thread does, so the call cannot wait for it and computes beside it.
///
/// # Panics
///
/// If the call is part of that computation.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn refuse_ring(core: &'static Core, asked: Task) {
    if let Some(said) = ring(core, asked) {
        panic!("{said}");
    }
}

/// The panic message of [`refuse_ring`], for callers that panic themselves: a function pointer does not pass its caller on.
#[cold]
#[inline(never)]
pub(crate) fn ring(core: &'static Core, asked: Task) -> Option<String> {
    let stack = Stack::current();
    let mine = || of_this_thread().filter(|frame| stack.has(frame.stack));
    // That computation itself, or another of the same key.
    if let Some(same) = mine().find(|frame| frame.task.slot == asked.slot || frame.is_for(core, &asked)) {
        return Some(format!(
            "memo_core: `{}` requests a result that it is computing: {} -> `{}`",
            names::own_name(core),
            places_from(same.task.slot, mine()).join(" -> "),
            names::own_name(core)
        ));
    }
    let beside = of_this_thread().filter(|frame| frame.is_for(core, &asked)).count();
    (beside >= MOST_BESIDE).then(|| {
        format!(
            "memo_core: `{}` at {} requests a result that {beside} suspended computations of this thread are computing: it seems to call itself",
            names::own_name(core),
            core.place()
        )
    })
}

/// How many cleared flights of one key may be nested on one thread before they count as a ring: a body may clear its
/// own flight, ask again, and end.
const MOST_AGAIN: usize = 64;

/// Guards keys whose flights were cleared: the next call does not wait for such a flight, so the wait graph shows no
/// ring. The recursion just never ends.
#[inline]
#[track_caller]
pub(crate) fn guard_again(core: &'static Core, cell: usize, hash: u64) {
    if let Some(said) = asked_again(core, cell, hash) {
        panic!("{said}");
    }
}

/// The panic message of [`guard_again`]; see [`ring`].
#[inline]
pub(crate) fn asked_again(core: &'static Core, cell: usize, hash: u64) -> Option<String> {
    if i64::from(detached_flights::now() as i32) < MOST_AGAIN as i64 {
        return None;
    }
    count_again(core, Task { slot: 0, cell, hash, races: false })
}

#[cold]
#[inline(never)]
fn count_again(core: &'static Core, asked: Task) -> Option<String> {
    let same = |frame: &&Frame| frame.is_for(core, &asked);
    if of_this_thread().filter(same).count() < MOST_AGAIN {
        return None;
    }
    // Suspended computations asked for nothing here.
    let stack = Stack::current();
    let mine = || of_this_thread().filter(|frame| stack.has(frame.stack));
    let again = mine().filter(same).count();
    let newest = mine().find(same).filter(|_| again >= MOST_AGAIN)?;
    Some(format!(
        "memo_core: `{}` restarted its own computation {again} times after clearing it: {} -> `{}`",
        names::own_name(core),
        places_from(newest.task.slot, mine()).join(" -> "),
        names::own_name(core)
    ))
}

/// How deep the same key may be nested on one thread with `single_flight = false` before it counts as a ring.
const DEEPEST: usize = 4096;

/// Guards calls that do not wait: a result in flight is no ring for them, but the recursion may never end.
#[inline]
#[track_caller]
pub(crate) fn guard_depth(core: &'static Core, asked: Task) {
    // SAFETY: invariant 2 of `frames`.
    let races = unsafe { innermost().as_ref() }.map_or(0, |frame| frame.races) as usize;
    // A walk over all frames is expensive: the deeper, the less often.
    if races >= DEEPEST && races % (races.next_power_of_two() / 32).max(256) == 0 {
        count_nested(core, asked);
    }
}

#[cold]
#[track_caller]
fn count_nested(core: &'static Core, asked: Task) {
    let same = |frame: &&Frame| frame.is_for(core, &asked);
    if of_this_thread().filter(same).count() < DEEPEST {
        return;
    }
    let stack = Stack::current();
    let nested = of_this_thread().filter(same).filter(|frame| stack.has(frame.stack)).count();
    assert!(
        nested < DEEPEST,
        "memo_core: `{}` at {} is nested {nested} deep on one thread: it seems to request its own result",
        names::own_name(core),
        core.place()
    );
}
