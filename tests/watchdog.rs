use std::fs::File;
use std::io::Read;
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// What a test may take before it is taken for a hang. More where `MEMO_TEST_PATIENCE` says how many times as much: under an emulator.
fn limit() -> Duration {
    let times = std::env::var("MEMO_TEST_PATIENCE").ok().and_then(|times| times.parse().ok());
    Duration::from_secs(60) * times.unwrap_or(1)
}

/// How many threads of this machine want each core, in the last minute; 1 where it is less, or where the system does not say.
///
/// A test that gives way to other threads again and again waits each time for all of them: in a crowd it has that much more time. What waits for
/// something that never comes wants no core, and adds nothing to the crowd.
///
/// Allocates nothing after the first time: it may be asked beside a test that counts what is on the heap.
fn crowd() -> f64 {
    static CORES: OnceLock<f64> = OnceLock::new();
    let cores = *CORES.get_or_init(|| thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64));
    let mut text = [0; 64];
    let read = File::open("/proc/loadavg").and_then(|mut file| file.read(&mut text));
    let first = read.ok().and_then(|len| std::str::from_utf8(&text[..len]).ok()?.split(' ').next());
    first.and_then(|load| load.parse().ok()).map_or(1.0, |load: f64| (load / cores).max(1.0))
}

/// Runs a test on a thread of its own; a test that hangs ends the process, naming itself.
///
/// A panic of the test comes out here.
pub fn watchdog<R: Send>(test: impl FnOnce() -> R + Send) -> R {
    let name = thread::current().name().unwrap_or("a test").to_owned();
    // For the first time, see there.
    crowd();
    let started = Instant::now();
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
        let mut wait = limit();
        while watched.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            wait = limit() / 20;
            if started.elapsed() >= limit().mul_f64(crowd()) {
                eprintln!("`{name}` hangs: it has not ended in {:?}", started.elapsed());
                std::process::abort();
            }
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
        let half = limit() / 2;
        assert!(started.elapsed() < half || started.elapsed() < half.mul_f64(crowd()), "it never came true");
        thread::yield_now();
    }
}
