//! Who else opens the file.

use std::process::Command;

use memo_store::engine::{Engine, OpenError, Redb};

use super::{Time, entry, hold, is_there, key, open};
use crate::watchdog::watchdog;

const FILE: &str = "MEMO_STORE_TEST_OPENED_FILE";

/// Not a test: another process, of [`nor_in_another_process`].
#[test]
fn child() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let error = Redb::open(path).expect_err("the parent has it");
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    println!("{error}");
}

#[test]
fn nobody_else_opens_it_in_this_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let first = open(&path, &Time::default());
    first.put(key(2), &entry(2), hold(1, 1)).unwrap();
    let error = Redb::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("Redis"), "{error}");
    // It is no damage.
    assert!(!super::aside(&path).exists());
    let clone = first.clone();
    drop(first);
    assert!(is_there(&clone, 2), "a clone is the same engine");
    assert!(Redb::open(&path).is_err());
    drop(clone);
    assert!(is_there(&open(&path, &Time::default()), 2));
}

#[test]
fn nor_in_another_process() {
    watchdog(|| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        let first = open(&path, &Time::default());
        first.put(key(2), &entry(2), hold(1, 1)).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap());
        let child = child.args(["redb::openers::child", "--exact", "--nocapture"]).env(FILE, &path).output().unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && said.contains("Redis"), "{said}");
        assert!(is_there(&first, 2));
    });
}
