//! What a thread is: its number, and what runs at its end.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::per_thread::per_thread;

per_thread! {
    /// A thread's state.
    struct Thread {
        number: Cell<u32> = Cell::new(0),
        /// Whether the guard has run: from then on nothing is taken that would have to be freed at the thread's end.
        late: Cell<bool> = Cell::new(false),
        /// Whether the second guard has run, too.
        last: Cell<bool> = Cell::new(false),
    }
}

#[cfg(not(memo_shuttle))]
thread_local! {
    static GUARD: Guard = const { Guard };
    static LATE_GUARD: LateGuard = const { LateGuard };
}

/// Makes this thread's guards, which run when it ends. `false`: the guard has run.
#[cfg(not(memo_shuttle))]
mod guards {
    use crate::sys::keyed_thread_locals::{self, KEYED};

    pub(super) fn first() -> bool {
        if KEYED { keyed_thread_locals::at_end(both) } else { super::GUARD.try_with(|_| ()).is_ok() }
    }

    pub(super) fn late() -> bool {
        // No user code runs between the two there.
        if KEYED { keyed_thread_locals::is_ending() } else { super::LATE_GUARD.try_with(|_| ()).is_ok() }
    }

    fn both() {
        drop(super::Guard);
        drop(super::LateGuard);
    }
}

#[cfg(memo_shuttle)]
mod guards {
    use crate::sys::sync::scheduler;

    pub(super) fn first() -> bool {
        (scheduler().guard)()
    }

    pub(super) fn late() -> bool {
        (scheduler().late_guard)()
    }
}

/// This thread's number, from 1. Never reused in this process.
#[inline]
pub(crate) fn number() -> u32 {
    let thread = Thread::here();
    if thread.number.get() == 0 {
        take_number();
    }
    thread.number.get()
}

#[cold]
#[inline(never)]
fn take_number() {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    Thread::here().number.set(NEXT.fetch_add(1, Ordering::Relaxed));
}

/// std's handle of this thread, which knows its name, while it can be had.
pub(crate) fn handle() -> Option<std::thread::Thread> {
    // At a thread's very end std has none, and would panic.
    if is_late() { None } else { Some(std::thread::current()) }
}

/// The steps of a thread's end, in order: first those that may run user code, which may call memos and be counted.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    PayDebts,
    CloseTable,
    ForgetSuspects,
    // The thread is late from here on.
    CloseCounters,
    Unlist,
    FreeFrames,
    FreeSpare,
}

const STEPS: usize = Step::FreeSpare as usize + 1;

/// What each step does, once a module has something to free.
static ENDS: [OnceLock<fn()>; STEPS] = [const { OnceLock::new() }; STEPS];

/// Makes `act` the step's action, and runs it when this thread ends, or any other that requests the step. `false`: this thread is
/// already ending.
pub(crate) fn at_end(step: Step, act: fn()) -> bool {
    ENDS[step as usize].get_or_init(|| act);
    !is_late() && guards::first()
}

/// Repeats the step after destructors that call memos once this thread's end has begun.
pub(crate) fn at_end_again(step: Step) {
    debug_assert!(matches!(step, Step::CloseTable), "nothing else is taken by a thread that is late");
    if !guards::late() {
        Thread::here().last.set(true);
    }
}

/// Whether this thread no longer takes anything that would have to be freed.
#[inline]
pub(crate) fn is_late() -> bool {
    Thread::here().late.get()
}

/// Whether all of this thread's end has run.
#[inline]
pub(crate) fn is_last() -> bool {
    Thread::here().last.get()
}

fn run(step: Step) {
    if let Some(act) = ENDS[step as usize].get() {
        act();
    }
}

/// Runs among the thread's destructors.
#[cfg_attr(not(memo_shuttle), expect(unreachable_pub, reason = "for the scheduler's test"))]
pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        run(Step::PayDebts);
        run(Step::CloseTable);
        run(Step::ForgetSuspects);
        Thread::here().late.set(true);
        run(Step::CloseCounters);
        run(Step::Unlist);
        run(Step::FreeFrames);
        run(Step::FreeSpare);
        #[cfg(memo_shuttle)]
        super::sync::forget_own();
    }
}

/// Runs after the destructors that called memos after [`Guard`] had run.
#[cfg_attr(not(memo_shuttle), expect(unreachable_pub, reason = "for the scheduler's test"))]
pub struct LateGuard;

impl Drop for LateGuard {
    fn drop(&mut self) {
        run(Step::CloseTable);
        Thread::here().last.set(true);
    }
}
