//! What a file keeps from one process to the next.

use memo_store::engine::{Engine, Found, Holder, Renewed};

use super::{GRACE, LEASE, Time, collect_all, entry, hold, is_there, key, open};

#[test]
fn dropping_and_opening_again_keeps_entries_and_holds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let time = Time::default();
    let engine = open(&path, &time);
    for n in 0..6 {
        engine.put(key(n), &entry(n), hold(1, 1)).unwrap();
    }
    // This hold waits when the engine is dropped.
    engine.get(key(3), hold(2, 1)).unwrap();
    engine.renew(Holder(1), LEASE, &[]).unwrap();
    let before = engine.contents().unwrap();
    assert_eq!((before.entries, before.holds), (6, 7));
    engine.get(key(4), hold(2, 2)).unwrap();
    drop(engine);

    let engine = open(&path, &time);
    let after = engine.contents().unwrap();
    assert_eq!((after.entries, after.bytes, after.holds), (6, before.bytes, 8));
    assert_eq!(engine.renew(Holder(1), LEASE, &[]).unwrap(), Renewed::InTime);
    assert!((0..6).all(|n| is_there(&engine, n)));
    collect_all(&engine, &time);
    assert_eq!(engine.contents().unwrap(), Default::default());
}

/// As a crash does: the file is copied while the engine runs. What is in the copy is what is on the disk.
#[test]
fn an_entry_whose_only_hold_was_lost_with_a_process_is_collected() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("file"), directory.path().join("copy"));
    let time = Time::default();
    let engine = open(&path, &time);
    engine.put(key(1), &entry(1), hold(1, 1)).unwrap();
    engine.put(key(2), &entry(2), hold(1, 1)).unwrap();
    engine.release(Holder(1), &[(key(1), 1), (key(2), 1)]).unwrap();
    // They are idle, and on the disk.
    engine.renew(Holder(1), LEASE, &[]).unwrap();
    assert!(matches!(engine.get(key(1), hold(2, 1)).unwrap(), Found::Entry(_)));
    std::fs::copy(&path, &copy).unwrap();

    // Here the hold is seen.
    time.passes(GRACE.as_millis() as u64);
    assert_eq!(engine.collect(10, GRACE).unwrap().doomed, 1);
    assert_eq!(engine.collect(10, GRACE).unwrap().deleted, 1);
    assert!(is_there(&engine, 1) && !is_there(&engine, 2));

    // There it is not, and nothing keeps the entry.
    let after = open(&copy, &time);
    assert_eq!(after.contents().unwrap().holds, 0);
    assert_eq!(after.collect(10, GRACE).unwrap().doomed, 2);
    assert_eq!(after.collect(10, GRACE).unwrap().deleted, 2);
    assert_eq!(after.contents().unwrap(), Default::default());
    assert!(!super::aside(&copy).exists());
}

#[test]
fn a_file_that_is_mostly_free_shrinks_when_it_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let size = || std::fs::metadata(&path).unwrap().len();
    let time = Time::default();
    let engine = open(&path, &time);
    let long = vec![7; 100_000];
    for n in 0..100 {
        engine.put(key(n), &long, hold(1, 1)).unwrap();
    }
    engine.put(key(100), &entry(100), hold(2, 1)).unwrap();
    engine.renew(Holder(1), LEASE, &[]).unwrap();
    assert!(size() > 10_000_000);
    for n in 0..100 {
        engine.discard(key(n), &long).unwrap();
    }
    drop(engine);
    let engine = open(&path, &time);
    assert!(size() < 1_000_000, "{}", size());
    assert!(is_there(&engine, 100));
}
