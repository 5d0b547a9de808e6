//! Processes that have a file, one after another.

use std::time::{Duration, Instant};

use memo_store::engine::Redb;

use super::soak;
use super::worker::Worker;
use crate::support::until;
use crate::watchdog::watchdog;

fn with_file(test: impl FnOnce(&str) + Send) {
    watchdog(|| {
        let directory = tempfile::tempdir().unwrap();
        test(directory.path().join("file").to_str().unwrap());
    });
}

/// A process that has it open deletes what nobody needs.
fn is_empty_in_time(path: &str) {
    until("nothing is left", || {
        let last = Worker::start(path);
        std::thread::sleep(Duration::from_millis(500));
        last.end();
        let left = Redb::open(path).unwrap().contents().unwrap();
        left.entries == 0 && left.holds == 0
    });
}

#[test]
fn one_that_is_started_again_computes_nothing() {
    with_file(|path| {
        let mut before = Worker::start(path);
        assert_eq!(before.ask("compute", 50), [50, 0]);
        before.end();
        let mut again = Worker::start(path);
        assert_eq!(again.ask("compute", 50), [0, 50]);
        assert_eq!(again.ask("forget", 0), [0]);
        again.end();
        is_empty_in_time(path);
    });
}

/// With kills by chance. Longer: `MEMO_STORE_SOAK=600 cargo test -p memo-store -- a_file`.
#[test]
fn a_file_gives_no_wrong_answer_and_keeps_nothing() {
    let time = soak();
    let test = |path: &str| {
        let (mut random, started) = (fastrand::Rng::new(), Instant::now());
        while started.elapsed() < time {
            let mut worker = Worker::start(path);
            let span = random.u64(100..1000);
            worker.tell("soak", span);
            if random.bool() {
                std::thread::sleep(Duration::from_millis(random.u64(..span)));
                worker.kill();
            } else {
                worker.soaked();
                worker.end();
            }
        }
        is_empty_in_time(path);
    };
    if std::env::var_os("MEMO_STORE_SOAK").is_none() {
        return with_file(test);
    }
    // Longer than the watchdog waits.
    let directory = tempfile::tempdir().unwrap();
    test(directory.path().join("file").to_str().unwrap());
}
