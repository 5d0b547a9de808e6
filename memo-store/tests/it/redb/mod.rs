//! The engine in a file: as the one in memory, and what becomes of it when its file is damaged, locked, full or left behind.

mod damage;
mod differential;
mod full;
mod killed;
mod openers;
mod reopening;
mod threads;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use memo_store::engine::{Engine, Found, Hold, Holder, Redb};
use memo_store::{Clock, Key};

/// Time that a test makes go by, in milliseconds.
#[derive(Clone, Default)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn passes(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }

    fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::new(move || Duration::from_millis(now.load(Ordering::Relaxed)))
    }
}

fn key(n: u8) -> Key {
    Key::from_bytes([n; 16])
}

fn hold(holder: u128, number: u64) -> Hold {
    Hold { holder: Holder(holder), number, lease: LEASE, claim: CLAIM }
}

const LEASE: Duration = Duration::from_millis(1000);
const CLAIM: Duration = Duration::from_millis(100);
const GRACE: Duration = Duration::from_millis(500);

/// What is written under a key: long ones among them.
fn entry(n: u8) -> Vec<u8> {
    let len = [0, 1, 100, 3000, 5000, 20_000][usize::from(n) % 6];
    (0..len).map(|at| n.wrapping_mul(31).wrapping_add(at as u8)).collect()
}

fn open(path: &Path, time: &Time) -> Redb {
    Redb::open_with_clock(path, time.clock()).expect("it can be opened")
}

fn aside(path: &Path) -> std::path::PathBuf {
    path.with_extension("damaged")
}

/// An engine has an entry, and no wrong one.
#[track_caller]
fn is_there(engine: &Redb, n: u8) -> bool {
    let by = Hold { claim: Duration::ZERO, ..hold(99, 1) };
    match engine.get(key(n), by).expect("it answers") {
        Found::Entry(found) => {
            assert_eq!(found, entry(n), "the entry of another key, or of none");
            true
        }
        Found::Nothing => false,
        Found::Busy => panic!("nothing was claimed"),
    }
}

/// Runs the collector until it has nothing more to do, as all leases and graces run out.
fn collect_all(engine: &Redb, time: &Time) {
    for _ in 0..4 {
        time.passes(2 * 24 * 60 * 60 * 1000);
        while engine.collect(100, GRACE).expect("it answers").more {}
    }
}
