//! Ends a run in which a thread no longer moves.

use std::thread;
use std::time::{Duration, Instant};

use crate::books::seat::{self, SEATS};

/// So long a thread may take for one operation.
const LIMIT: Duration = Duration::from_secs(30);

/// Starts it. It ends with the process.
pub(crate) fn start() {
    thread::Builder::new().name("watchdog".to_owned()).spawn(watch).expect("a thread can be started");
}

fn watch() {
    let mut last = [(0, Instant::now()); SEATS];
    loop {
        thread::sleep(Duration::from_secs(1));
        for (number, seat) in seat::all() {
            let steps = seat.steps();
            if steps != last[number].0 || !seat.is_taken() {
                last[number] = (steps, Instant::now());
            }
        }
        let hangs = |&(_, since): &(u64, Instant)| since.elapsed() > LIMIT;
        if last.iter().any(hangs) {
            tell(&last);
            std::process::abort();
        }
    }
}

fn tell(last: &[(u64, Instant); SEATS]) {
    eprintln!("\nstress: a thread HANGS: it has done nothing for {LIMIT:?}");
    for (number, seat) in seat::all().filter(|(_, seat)| seat.is_taken()) {
        eprintln!("  thread {number}, since {:.1?}: {}", last[number].1.elapsed(), seat.describe());
    }
}
