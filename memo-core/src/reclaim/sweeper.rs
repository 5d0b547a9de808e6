//! Sweeping in the background, while a guard lives.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::sys::panics::Panics;
use crate::sys::sync::unpoisoned;

/// A guard for a thread that sweeps at intervals, as long as the guard lives.
///
/// Without it, results of dead `Arc`s are reclaimed by further memo calls and by [`sweep`](crate::sweep()). A sweeper is for
/// programs that may become idle, and for those in which callers should not pay for dropping unrelated results. Dropping
/// the guard stops the thread and waits for it, at most as long as one sweep of the objects dead when that sweep began.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// let sweeper = memo_core::Sweeper::every(Duration::from_secs(1));
/// // ... the program's work ...
/// drop(sweeper);
/// ```
#[derive(Debug)]
#[must_use = "the sweeping ends when the guard is dropped"]
pub struct Sweeper {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Stop {
    asked: Mutex<bool>,
    bell: Condvar,
}

impl Sweeper {
    /// Starts a thread that sweeps every `interval`.
    ///
    /// A panic in a result's destructor is counted in the [`report`](crate::report()), and the sweeping goes on.
    ///
    /// # Panics
    ///
    /// If the system cannot start a thread. `wasm32-unknown-unknown` has no threads: call [`sweep`](crate::sweep()) there.
    pub fn every(interval: Duration) -> Self {
        let stop = Arc::new(Stop::default());
        let theirs = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("memo-sweeper".to_owned())
            .spawn(move || run(&theirs, interval))
            .expect("memo_core: cannot start the sweeper's thread");
        Self { stop, thread: Some(thread) }
    }
}

fn run(stop: &Stop, interval: Duration) {
    let mut asked = unpoisoned(stop.asked.lock());
    while !*asked {
        asked = unpoisoned(stop.bell.wait_timeout(asked, interval)).0;
        if *asked {
            break;
        }
        drop(asked);
        let mut panics = Panics::default();
        panics.run(crate::reclaim::sweep::sweep);
        panics.swallow();
        asked = unpoisoned(stop.asked.lock());
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        *unpoisoned(self.stop.asked.lock()) = true;
        self.stop.bell.notify_all();
        let Some(thread) = self.thread.take() else { return };
        // A result may own its own sweeper: that one cannot wait for itself.
        if thread.thread().id() != std::thread::current().id() {
            // The thread catches all panics.
            let _ = thread.join();
        }
    }
}
