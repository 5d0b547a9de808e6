//! A file that is not as it was left.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use memo_store::engine::{Engine, Holder, OpenError, Redb};

use super::{LEASE, Time, aside, collect_all, entry, hold, is_there, key, open};
use crate::watchdog::watchdog;

const ENTRIES: u8 = 60;

/// The bytes of a file with entries, holds of two holders, and idle ones.
fn whole() -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let engine = open(&path, &Time::default());
    for n in 0..ENTRIES {
        engine.put(key(n), &entry(n), hold(1 + u128::from(n % 2), 1)).unwrap();
    }
    engine.release(Holder(1), &(0..ENTRIES / 2).map(|n| (key(n), 1)).collect::<Vec<_>>()).unwrap();
    engine.renew(Holder(2), LEASE, &[]).unwrap();
    drop(engine);
    fs::read(path).unwrap()
}

/// It is opened, whatever it is, has no wrong entry, and works from then on. How many entries it still has.
fn is_usable(path: &Path) -> usize {
    let time = Time::default();
    let engine = open(path, &time);
    let left = (0..ENTRIES).filter(|n| is_there(&engine, *n)).count();
    engine.put(key(200), &entry(200), hold(3, 1)).unwrap();
    engine.renew(Holder(3), LEASE, &[]).unwrap();
    drop(engine);
    let engine = open(path, &time);
    assert!(is_there(&engine, 200));
    collect_all(&engine, &time);
    assert_eq!(engine.contents().unwrap(), Default::default(), "nothing is immortal");
    left
}

/// Tries a file of these bytes.
fn try_bytes(bytes: &[u8]) -> (usize, bool) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, bytes).unwrap();
    let left = is_usable(&path);
    let was_set_aside = aside(&path).exists();
    if was_set_aside {
        assert_eq!(left, 0, "an empty one was begun");
    }
    (left, was_set_aside)
}

#[test]
fn a_whole_file_is_not_set_aside() {
    assert_eq!(try_bytes(&whole()), (usize::from(ENTRIES), false));
}

#[test]
fn an_empty_file_is_begun() {
    assert_eq!(try_bytes(&[]), (0, false));
}

#[test]
fn bytes_by_chance_are_set_aside() {
    watchdog(|| {
        for len in [1, 9, 100, 320, 4096, 5000, 100_000] {
            let bytes: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(len).collect();
            assert_eq!(try_bytes(&bytes), (0, true), "{len} bytes");
        }
    });
}

#[test]
fn a_file_that_was_cut_is_usable() {
    watchdog(|| {
        let whole = whole();
        let page = 4096;
        let lengths = (1..whole.len()).step_by(whole.len() / 40).chain((page..whole.len()).step_by(8 * page));
        for len in lengths.chain([1, 8, 9, 10, 63, 64, 320, page - 1, page + 1, whole.len() - 1]) {
            try_bytes(&whole[..len]);
        }
    });
}

#[test]
fn a_file_with_a_page_of_zeros_is_usable() {
    watchdog(|| {
        let whole = whole();
        let mut set_aside = 0;
        for at in (0..whole.len()).step_by(4096) {
            let mut bytes = whole.clone();
            let end = whole.len().min(at + 4096);
            bytes[at..end].fill(0);
            let (left, was_set_aside) = try_bytes(&bytes);
            assert!(was_set_aside || left == usize::from(ENTRIES), "at {at}, {left} are left");
            set_aside += usize::from(was_set_aside);
        }
        assert!(set_aside > 20, "only {set_aside} of them mattered");
    });
}

#[test]
fn a_file_with_bytes_by_chance_is_usable() {
    watchdog(|| {
        let whole = whole();
        let mut chance = Rng::with_seed(7);
        for round in 0..100 {
            let mut bytes = whole.clone();
            // Every other round in the head, which says how the rest is to be read.
            let within = if round % 2 == 0 { 512 } else { bytes.len() };
            for _ in 0..chance.usize(1..4) {
                bytes[chance.usize(..within)] = chance.u8(..);
            }
            try_bytes(&bytes);
        }
    });
}

#[test]
fn a_file_of_another_layout_or_of_other_tables_is_set_aside() {
    use ::redb::{Database, TableDefinition};
    const OTHER: TableDefinition<&str, u64> = TableDefinition::new("other");
    const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
    const META_OF_OTHERS: TableDefinition<u64, u64> = TableDefinition::new("meta");
    const HOLDS: TableDefinition<u64, u64> = TableDefinition::new("holds");
    let directory = tempfile::tempdir().unwrap();
    let make = |name: &str, fill: &dyn Fn(&::redb::WriteTransaction)| {
        let path = directory.path().join(name);
        let database = Database::create(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        fill(&transaction);
        transaction.commit().unwrap();
        drop(database);
        assert_eq!(is_usable(&path), 0);
        assert!(aside(&path).exists(), "{name}");
    };
    make("foreign", &|to| _ = to.open_table(OTHER).unwrap().insert("a", 1).unwrap());
    make("newer", &|to| _ = to.open_table(META).unwrap().insert("layout", 2).unwrap());
    make("typed", &|to| _ = to.open_table(META_OF_OTHERS).unwrap().insert(1, 1).unwrap());
    make("mixed", &|to| {
        _ = to.open_table(META).unwrap().insert("layout", 1).unwrap();
        _ = to.open_table(HOLDS).unwrap().insert(1, 1).unwrap();
    });
}

#[test]
fn one_file_is_kept_aside() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    for damage in ["the first", "the second"] {
        fs::write(&path, damage).unwrap();
        is_usable(&path);
        assert_eq!(fs::read_to_string(aside(&path)).unwrap(), damage);
    }
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
}

#[test]
fn a_directory_in_its_place_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let error = Redb::open(directory.path()).unwrap_err();
    assert!(matches!(error, OpenError::NotAFile { .. }), "{error}");
    let error = Redb::open(directory.path().join("none").join("file")).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
    assert!(error.to_string().contains("directory has to be there"), "{error}");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 0);
}

#[test]
fn a_damaged_file_that_cannot_be_renamed_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "damaged").unwrap();
    // What is in the way of its other name.
    fs::create_dir_all(aside(&path).join("more")).unwrap();
    let error = Redb::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("delete it"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_directory_that_is_read_only_is_an_error_or_no_matter() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let set = |mode| fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
    set(0o500);
    // To its administrator a system forbids nothing.
    match Redb::open(&path) {
        Ok(engine) => assert!(!is_there(&engine, 1)),
        Err(error) => assert!(matches!(error, OpenError::Io { .. }), "{error}"),
    }
    set(0o700);
    is_usable(&path);
    fs::write(&path, "damaged").unwrap();
    set(0o500);
    match Redb::open(&path) {
        Ok(engine) => assert!(!is_there(&engine, 1)),
        Err(error) => assert!(matches!(error, OpenError::Damaged { .. }), "{error}"),
    }
    set(0o700);
    is_usable(&path);
}

#[test]
fn a_file_that_is_damaged_while_it_is_open_is_set_aside_sooner_or_later() {
    watchdog(|| {
        for len in [0, 1000, 40_000, 4_000_000] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("file");
            fs::write(&path, whole()).unwrap();
            let time = Time::default();
            let engine = open(&path, &time);
            let garbage: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(len).collect();
            // The same file, with other bytes.
            fs::write(&path, garbage).unwrap();
            for n in 0..ENTRIES {
                // It may be a fault, and must be no panic.
                _ = engine.get(key(n), hold(3, 1));
                _ = engine.put(key(100 + n), &entry(100 + n), hold(3, 1));
                _ = engine.collect(5, super::GRACE);
                _ = engine.renew(Holder(3), LEASE, &[]);
            }
            drop(engine);
            is_usable(&path);
        }
    });
}

#[test]
fn a_file_that_is_deleted_while_it_is_open_is_begun_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let time = Time::default();
    let engine = open(&path, &time);
    engine.put(key(1), &entry(1), hold(1, 1)).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(is_there(&engine, 1));
    // Another process may begin it meanwhile.
    is_usable(&path);
    engine.renew(Holder(1), LEASE, &[]).unwrap();
    drop(engine);
    assert_eq!(is_usable(&path), 0);
}
