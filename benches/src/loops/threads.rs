//! Several threads at once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use core_affinity::CoreId;

/// Runs `timed` on all threads from one moment on, each on a core of its own, after each has run `warm` for what is its own
/// (thread-locals, stack). Who is done first goes on with `warm`, so that nobody's last operations are undisturbed.
pub(super) fn contended(
    threads: u32,
    warm: impl Fn(u32) -> Duration + Sync,
    timed: impl Fn(u32) -> Duration + Sync,
) -> Duration {
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
