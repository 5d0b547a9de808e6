//! The laws: what memos promise, one file a law.

#![cfg_attr(memo_few_laws, allow(dead_code, reason = "the others share it"))]

mod law_02_one_compute;
mod law_03_keeps_nothing_alive;
mod law_11_no_stale_publish;
mod law_14_late_is_safe;

// Not where `.ci/machines` has few of them.
#[cfg(not(memo_few_laws))]
mod law_01_same_answers;
#[cfg(not(memo_few_laws))]
mod law_04_gone_when_dropped;
#[cfg(not(memo_few_laws))]
mod law_05_any_weak_argument;
#[cfg(not(memo_few_laws))]
mod law_06_identity;
#[cfg(not(memo_few_laws))]
mod law_07_no_user_code_under_a_lock;
#[cfg(not(memo_few_laws))]
mod law_08_panics;
#[cfg(not(memo_few_laws))]
mod law_09_reentry;
#[cfg(not(memo_few_laws))]
mod law_10_rings;
#[cfg(not(memo_few_laws))]
mod law_12_instantiations;
#[cfg(not(memo_few_laws))]
mod law_13_mut_invalidates;
#[cfg(not(memo_few_laws))]
mod law_15_errors;
#[cfg(not(memo_few_laws))]
mod law_16_leaks;
#[cfg(not(memo_few_laws))]
mod law_17_bounded;
#[cfg(not(memo_few_laws))]
mod statistics;
#[cfg(not(memo_few_laws))]
mod time;

use std::sync::Barrier;
use std::thread;

#[global_allocator]
static HEAP: memo_tests::Heap = memo_tests::Heap;

/// Calls on so many threads, all let go at once; how each of them ended.
fn all_at_once<R: Send>(threads: usize, call: impl Fn(usize) -> R + Sync) -> Vec<thread::Result<R>> {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|number| {
                let (start, call) = (&start, &call);
                scope.spawn(move || {
                    start.wait();
                    call(number)
                })
            })
            .collect();
        running.into_iter().map(thread::ScopedJoinHandle::join).collect()
    })
}

/// The same where no call may panic.
fn answers<R: Send>(threads: usize, call: impl Fn(usize) -> R + Sync) -> Vec<R> {
    all_at_once(threads, call).into_iter().map(|end| end.expect("no call panics here")).collect()
}

/// Small pseudo-random numbers, the same at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}
