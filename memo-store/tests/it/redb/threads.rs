//! Gets, puts and the collector at a time.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use memo_store::engine::{Engine, Found, Hold, Holder, Redb};
use memo_store::{Clock, Key};

use super::{GRACE, Time, collect_all, entry, hold, key, open};
use crate::watchdog::watchdog;

struct Countdown<'a>(&'a AtomicUsize);

impl Drop for Countdown<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// With an engine whose collector deletes at once what it may.
fn holds_until_released(engine: &Redb, holder: u128, time: &Time) {
    let hold = |number| Hold { lease: std::time::Duration::from_secs(3600), ..hold(holder, number) };
    for number in 1..150 {
        let n = (number % 7) as u8;
        let held = match engine.get(key(n), hold(2 * number)).unwrap() {
            Found::Entry(found) => {
                assert_eq!(found, entry(n));
                true
            }
            Found::Nothing => {
                engine.put(key(n), &entry(n), hold(2 * number)).unwrap();
                true
            }
            Found::Busy => false,
        };
        if held {
            time.passes(GRACE.as_millis() as u64);
            thread::yield_now();
            let again = Hold { claim: std::time::Duration::ZERO, ..hold(2 * number) };
            assert!(matches!(engine.get(key(n), again).unwrap(), Found::Entry(_)), "it was deleted while it was held");
        }
        engine.release(Holder(holder), &[(key(n), 2 * number + 1)]).unwrap();
    }
}

#[test]
fn what_a_get_found_is_not_deleted_before_its_release() {
    watchdog(|| {
        let directory = tempfile::tempdir().unwrap();
        let time = Time::default();
        let engine = open(&directory.path().join("file"), &time);
        let holding = AtomicUsize::new(3);
        thread::scope(|scope| {
            for holder in 1..4 {
                let (engine, time, holding) = (&engine, &time, &holding);
                scope.spawn(move || {
                    // Counted down in whatever way it ends.
                    let _one = Countdown(holding);
                    holds_until_released(engine, holder, time);
                });
            }
            while holding.load(Ordering::Relaxed) > 0 {
                engine.collect(10, GRACE).unwrap();
            }
        });
        collect_all(&engine, &time);
        assert_eq!(engine.contents().unwrap(), Default::default());
    });
}

#[test]
fn thousands_of_holds_wait_and_none_is_lost() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("file"), directory.path().join("copy"));
    let time = Time::default();
    let engine = open(&path, &time);
    let wide = |n: u16| {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&n.to_be_bytes());
        Key::from_bytes(bytes)
    };
    for n in 0..3000 {
        engine.put(wide(n), b"entry", hold(1, 1)).unwrap();
    }
    for n in 0..3000 {
        engine.get(wide(n), hold(2, 1)).unwrap();
    }
    engine.renew(Holder(1), super::LEASE, &[]).unwrap();
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(open(&copy, &time).contents().unwrap().holds, 6000);
}

/// A clock is a user's code: it is asked under no lock.
#[test]
fn a_clock_may_look_into_its_engine() {
    watchdog(|| {
        let directory = tempfile::tempdir().unwrap();
        static LOOKS: OnceLock<Redb> = OnceLock::new();
        let nested = AtomicBool::new(false);
        let clock = Clock::new(move || {
            // It asks itself for the time in turn.
            if let Some(engine) = LOOKS.get().filter(|_| !nested.swap(true, Ordering::Relaxed)) {
                engine.put(key(9), &entry(9), hold(9, 9)).unwrap();
                nested.store(false, Ordering::Relaxed);
            }
            Duration::ZERO
        });
        let engine = Redb::open_with_clock(directory.path().join("file"), clock).unwrap();
        assert!(LOOKS.set(engine.clone()).is_ok());
        engine.put(key(1), &entry(1), hold(1, 1)).unwrap();
        assert_eq!(engine.get(key(1), hold(1, 2)).unwrap(), Found::Entry(entry(1)));
        engine.collect(10, GRACE).unwrap();
    });
}
