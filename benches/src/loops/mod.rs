//! The loops that are timed, for any subject.

mod crowds;
mod hits;
mod keys;
mod lives;
mod one_by_one;
mod toolbox;

pub(crate) use crowds::{Burst, allocate_after_boxes, burst, drop_boxes, reclaim_at_once};
pub(crate) use hits::Warm;
pub(crate) use keys::{Evictions, Keys, OneOwner, insertions};
pub(crate) use lives::{Lives, LivesAtOnce, Window, misses};
pub(crate) use one_by_one::Spread;
pub(crate) use toolbox::{Known, Words, churn, contended_churn, deaths, inserts};

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use core_affinity::CoreId;

use crate::Subject;
use crate::doc::Object;

/// Calls on each object once.
fn call_each<S: Subject>(subject: &S, objects: &[S::Object]) {
    black_box(objects.iter().fold(0, |sum: u64, object| sum.wrapping_add(subject.call(black_box(object)))));
}

/// The same, each call on an object that is known only when the call before has returned: what a hit takes from its start to its
/// end. Otherwise the processor begins with the next ones meanwhile, and waits for the memory of several at once.
fn call_each_in_turn<S: Subject>(subject: &S, objects: &[S::Object]) {
    let nothing = black_box(0);
    black_box((0..objects.len()).fold(0, |sum: u64, at| {
        let object = &objects[at + (sum & nothing) as usize];
        sum.wrapping_add(subject.call(black_box(object)))
    }));
}

/// Fresh objects in an order that no prefetcher foresees, the same in every run.
fn objects<O: Object>(count: usize, text_len: usize) -> Vec<O> {
    let mut objects: Vec<_> = (0..count as u64).map(|seed| O::create(seed, text_len)).collect();
    shuffle(&mut objects);
    objects
}

fn shuffle<T>(items: &mut [T]) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for last in (1..items.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        items.swap(last, (state % (last as u64 + 1)) as usize);
    }
}

/// Runs `timed` on all threads from one moment on, each on a core of its own, after each has run `warm` for what is its own
/// (thread-locals, stack). Who is done first goes on with `warm`, so that nobody's last operations are undisturbed.
fn contended(threads: u32, warm: impl Fn(u32) -> Duration + Sync, timed: impl Fn(u32) -> Duration + Sync) -> Duration {
    let (ready, done) = (AtomicU32::new(0), AtomicU32::new(0));
    let cores = core_affinity::get_core_ids().unwrap_or_default();
    let work = &|thread: u32, core: Option<CoreId>| {
        core.map(core_affinity::set_for_current);
        warm(thread);
        ready.fetch_add(1, Ordering::SeqCst);
        // No blocking barrier: it returns while the others are still on their way to wake.
        while ready.load(Ordering::SeqCst) < threads {
            std::hint::spin_loop();
        }
        let taken = timed(thread);
        done.fetch_add(1, Ordering::SeqCst);
        while done.load(Ordering::SeqCst) < threads {
            warm(thread);
        }
        taken
    };
    std::thread::scope(|scope| {
        let cores = cores.into_iter().map(Some).chain(std::iter::repeat(None));
        let running: Vec<_> = (0..threads).zip(cores).map(|(at, core)| scope.spawn(move || work(at, core))).collect();
        running.into_iter().map(|thread| thread.join().expect("no subject panics")).sum::<Duration>() / threads
    })
}
