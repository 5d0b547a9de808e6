use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// What a test may take before it is taken for a hang. More where `MEMO_TEST_PATIENCE` says how many times as much: under an emulator.
fn limit() -> Duration {
    let times = std::env::var("MEMO_TEST_PATIENCE").ok().and_then(|times| times.parse().ok());
    Duration::from_secs(60) * times.unwrap_or(1)
}

/// Runs a test on a thread of its own; a test that hangs ends the process, naming itself.
///
/// A panic of the test comes out here.
pub fn watchdog<R: Send>(test: impl FnOnce() -> R + Send) -> R {
    let name = thread::current().name().unwrap_or("a test").to_owned();
    let (done, watched) = channel::<()>();
    thread::scope(|scope| {
        let running = thread::Builder::new()
            .name(name.clone())
            .spawn_scoped(scope, move || {
                // Dropped when the test ends, in whatever way: that is the signal.
                let _done = done;
                test()
            })
            .expect("a thread can be started");
        if watched.recv_timeout(limit()) == Err(RecvTimeoutError::Timeout) {
            eprintln!("`{name}` hangs: it has not ended in {:?}", limit());
            std::process::abort();
        }
        running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Tries until it is true, giving way to other threads in between; panics when it takes too long.
///
/// For what a sweep on another thread may be busy with, in a test binary whose tests run side by side.
#[track_caller]
pub fn in_time(mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < limit() / 2, "it never came true");
        thread::yield_now();
    }
}
