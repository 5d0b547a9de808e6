//! Rings on one thread: a call that asks for what its own thread computes is told so, and never hangs.

use super::frames::{Frame, Task, innermost, of_this_thread, places_from};
use crate::cell::detached_flights;
use crate::memo::core::Core;
use crate::memo::names;
use crate::sys::stack::Stack;

/// How many computations of one key may be in progress on one thread, on stacks of their own, before they are taken for one that
/// asks for itself, each time on another stack.
const MOST_BESIDE: usize = 1024;

/// A call asks for what its own thread is computing. If this comes back, that computation is suspended, on another stack: it cannot
/// be waited for, since it goes on only when this thread does, and the call computes beside it.
///
/// # Panics
///
/// If that computation is one that the call is part of.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn refuse_ring(core: &'static Core, asked: Task) {
    if let Some(said) = ring(core, asked) {
        panic!("{said}");
    }
}

/// What there is to say against that, for a call whose caller is to panic: a pointer to a function does not pass its caller on.
#[cold]
#[inline(never)]
pub(crate) fn ring(core: &'static Core, asked: Task) -> Option<String> {
    let stack = Stack::current();
    let mine = || of_this_thread().filter(|frame| stack.has(frame.stack));
    // That computation itself, or one beside it.
    if let Some(same) = mine().find(|frame| frame.task.slot == asked.slot || frame.is_for(core, &asked)) {
        return Some(format!(
            "memo_core: `{}` asks for a result it is computing: {} -> `{}`",
            names::own_name(core),
            places_from(same.task.slot, mine()).join(" -> "),
            names::own_name(core)
        ));
    }
    let beside = of_this_thread().filter(|frame| frame.is_for(core, &asked)).count();
    (beside >= MOST_BESIDE).then(|| {
        format!(
            "memo_core: `{}` at {} is asked for a result that {beside} suspended computations of this thread compute: it seems to ask for itself",
            names::own_name(core),
            core.place()
        )
    })
}

/// How many flights of one key, all asked to go, may be in progress below each other on one thread before they are taken for a
/// ring: a body may have its own flight cleared and ask again, and end.
const MOST_AGAIN: usize = 64;

/// The guard of keys whose flights were asked to go: the next call does not wait for such a one, so it is no ring that anybody
/// could see by what is waited for. It only does not end.
#[inline]
#[track_caller]
pub(crate) fn guard_again(core: &'static Core, cell: usize, hash: u64) {
    if let Some(said) = asked_again(core, cell, hash) {
        panic!("{said}");
    }
}

/// What there is to say against that; see [`ring`].
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
    // Those that are suspended asked for nothing here.
    let stack = Stack::current();
    let mine = || of_this_thread().filter(|frame| stack.has(frame.stack));
    let again = mine().filter(same).count();
    let newest = mine().find(same).filter(|_| again >= MOST_AGAIN)?;
    Some(format!(
        "memo_core: `{}` has asked for its own result {again} times, each time after that was asked to go: {} -> `{}`",
        names::own_name(core),
        places_from(newest.task.slot, mine()).join(" -> "),
        names::own_name(core)
    ))
}

/// How often the same key may be nested on one thread with `single_flight = false` before it is taken for a ring.
const DEEPEST: usize = 4096;

/// The guard of calls that do not wait: what is computed already is no ring for them. It only does not end.
#[inline]
#[track_caller]
pub(crate) fn guard_depth(core: &'static Core, asked: Task) {
    // SAFETY: invariant 2.
    let races = unsafe { innermost().as_ref() }.map_or(0, |frame| frame.races) as usize;
    // Seldom enough for a walk over all of them: the deeper, the more seldom.
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
        "memo_core: `{}` at {} is nested {nested} deep on one thread: it seems to ask for its own result",
        names::own_name(core),
        core.place()
    );
}
