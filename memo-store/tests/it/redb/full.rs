//! No room, by a limit of ours or the system's.

use memo_store::FaultKind;
use memo_store::engine::{Engine, Holder, Redb};

use super::{Time, collect_all, entry, hold, is_there, key, open};

#[test]
fn an_engine_that_has_its_bytes_takes_no_more() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let time = Time::default();
    let engine = open(&path, &time).at_most(8100);
    engine.put(key(3), &entry(3), hold(1, 1)).unwrap();
    engine.put(key(4), &entry(4), hold(1, 1)).unwrap();
    engine.put(key(2), &entry(2), hold(1, 1)).unwrap();
    assert_eq!(engine.contents().unwrap().bytes, 8100, "to the byte");
    let put = engine.put(key(1), &entry(1), hold(1, 1));
    assert_eq!(put.unwrap_err().kind(), FaultKind::Full);
    // What is there is held all the same, and what has no bytes has room.
    engine.put(key(4), &entry(4), hold(2, 1)).unwrap();
    engine.put(key(0), &entry(0), hold(1, 1)).unwrap();
    assert_eq!(engine.contents().unwrap().holds, 5);
    drop(engine);
    // It counts what it finds.
    let engine = open(&path, &time).at_most(8100);
    assert_eq!(engine.put(key(1), &entry(1), hold(1, 1)).unwrap_err().kind(), FaultKind::Full);
    collect_all(&engine, &time);
    assert_eq!(engine.contents().unwrap().bytes, 0);
    engine.put(key(1), &entry(1), hold(1, 1)).unwrap();
}

#[test]
fn holds_that_wait_are_not_lost_with_a_put_that_has_no_room() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(&directory.path().join("file"), &Time::default()).at_most(100);
    engine.put(key(2), &entry(2), hold(1, 1)).unwrap();
    engine.release(Holder(1), &[(key(2), 1)]).unwrap();
    engine.get(key(2), hold(2, 1)).unwrap();
    engine.put(key(1), &entry(1), hold(1, 1)).unwrap_err();
    assert_eq!(engine.contents().unwrap().holds, 1);
}

const FILE: &str = "MEMO_STORE_TEST_FULL_FILE";

/// Not a test: a process of [`a_full_disk_is_a_fault_and_no_end`], whose files cannot be longer than a megabyte.
#[test]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let engine = Redb::open(path).unwrap();
    engine.put(key(5), &entry(5), hold(1, 1)).unwrap();
    engine.renew(Holder(1), std::time::Duration::from_secs(60), &[]).unwrap();
    let mut full = 0;
    for n in 0..200 {
        let mut bytes = [0; 16];
        bytes[0] = n;
        let put = engine.put(memo_store::Key::from_bytes(bytes), &vec![n; 50_000], hold(1, 2));
        let renewed = engine.renew(Holder(1), std::time::Duration::from_secs(60), &[]);
        for fault in [put.err(), renewed.err()].into_iter().flatten() {
            assert_eq!(fault.kind(), FaultKind::Full, "{fault}");
            full += 1;
        }
    }
    assert!(full > 0, "it is full");
    // After a while it answers again, and what was on the disk is there.
    crate::watchdog::in_time(|| engine.contents().is_ok());
    assert!(is_there(&engine, 5));
    println!("it was full {full} times");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_a_fault_and_no_end() {
    crate::watchdog::watchdog(|| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        // A file that is too long is an error of the write, and no signal.
        let script = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" redb::full::child --exact --nocapture";
        let mut child = std::process::Command::new("sh");
        let child = child.args(["-c", script]).arg(std::env::current_exe().unwrap()).env(FILE, &path).output().unwrap();
        let said = (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
        assert!(child.status.success() && said.0.contains("it was full"), "{said:?}");
        let engine = open(&path, &Time::default());
        assert!(is_there(&engine, 5));
        assert!(!super::aside(&path).exists());
    });
}
