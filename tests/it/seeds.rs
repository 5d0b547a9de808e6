//! The scripts that fuzzing left behind, run again without a fuzzer: `fuzz/corpus` reaches what it found reachable,
//! `fuzz/regressions` what once failed.
//!
//! A test of its own process, and one only: a script clears and sweeps everything.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use memo_tests::model::{self, Command, decode, keys, threads};
use memo_tests::watchdog;

/// What a target does with its bytes.
type Run = fn(&[u8]);

/// The targets, by the names of their folders.
const TARGETS: [(&str, Run); 3] = [
    ("script", |bytes| model::run(&decode::<Command>(bytes).0)),
    ("keys", |bytes| keys::run(&decode::<keys::Step>(bytes).0)),
    ("threads", threads::run),
];

#[test]
fn what_fuzzing_left_behind_holds() {
    for (target, run) in TARGETS {
        let seeds = [files("corpus", target), files("regressions", target)].concat();
        assert!(seeds.len() >= 10, "only {} seeds of {target}", seeds.len());
        for seed in seeds {
            let bytes = fs::read(&seed).expect("a seed can be read");
            let held = catch_unwind(|| watchdog(|| run(&bytes)));
            assert!(held.is_ok(), "{} fails, as said above", seed.display());
        }
    }
}

/// A folder that is not there has no seeds.
fn files(kind: &str, target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz").join(kind).join(target);
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a folder can be read").path()).collect();
    files.sort();
    files
}
