//! A process that is killed while it writes.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use fastrand::Rng;
use memo_store::engine::{Engine, Holder, Redb};

use super::{GRACE, LEASE, Time, aside, collect_all, entry, hold, is_there, key, open};
use crate::watchdog::watchdog;

const FILE: &str = "MEMO_STORE_TEST_KILLED_FILE";
const HOLDER: &str = "MEMO_STORE_TEST_HOLDER";

/// Not a test: the process that is killed.
#[test]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let holder = std::env::var(HOLDER).unwrap().parse().unwrap();
    let time = Time::default();
    let engine = Redb::open_with_clock(path, time.clock()).unwrap();
    println!("it writes");
    let mut chance = Rng::new();
    for number in 1.. {
        let n = chance.u8(..);
        match chance.u8(..10) {
            0..5 => engine.put(key(n), &entry(n), hold(holder, number)).unwrap(),
            5 | 6 => _ = is_there(&engine, n),
            7 => engine.release(Holder(holder), &[(key(n), number)]).unwrap(),
            8 => _ = engine.renew(Holder(holder), LEASE, &[(key(n), number)]).unwrap(),
            _ => _ = engine.collect(20, GRACE).unwrap(),
        }
        time.passes(5);
    }
}

#[test]
fn what_a_killed_process_leaves_is_right_and_is_collected() {
    watchdog(|| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let mut chance = Rng::new();
        let mut found = 0;
        for round in 0..10_u128 {
            let mut child = Command::new(std::env::current_exe().unwrap());
            let child = child.args(["redb::killed::child", "--exact", "--nocapture"]).env(FILE, &path);
            let mut child = child.env(HOLDER, round.to_string()).stdout(Stdio::piped()).spawn().unwrap();
            let said = BufReader::new(child.stdout.take().unwrap());
            assert!(said.lines().any(|line| line.unwrap().contains("it writes")), "it opens what the last one left");
            std::thread::sleep(Duration::from_micros(chance.u64(..150_000)));
            child.kill().unwrap();
            child.wait().unwrap();
            // Now and then one looks in between.
            if round % 3 == 2 {
                let engine = open(&path, &Time::default());
                found += (0..=u8::MAX).filter(|n| is_there(&engine, *n)).count();
            }
        }
        let time = Time::default();
        let engine = open(&path, &time);
        assert!(found > 0, "something is left by some of them");
        assert!(!aside(&path).exists(), "a crash is no damage");
        collect_all(&engine, &time);
        assert_eq!(engine.contents().unwrap(), Default::default());
    });
}
