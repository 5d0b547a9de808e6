//! Thousands of operations by chance on a file and in memory: all answers are equal, and so is what is left.

use std::time::Duration;

use fastrand::Rng;
use memo_store::engine::{Collected, Engine, Found, Hold, Holder, Memory, Redb, Renewed};

use super::{CLAIM, GRACE, LEASE, Time, entry, key, open};
use crate::watchdog::watchdog;

const KEYS: u8 = 8;
const HOLDERS: u128 = 3;

#[derive(Debug, PartialEq)]
enum Answer {
    Get(Found),
    Renewed(Renewed),
    Collected(Collected),
    Done,
}

/// One operation, chosen by chance, on any engine.
fn operation(chance: &mut Rng, number: &mut u64) -> impl Fn(&dyn Engine) -> Answer + use<> {
    *number += 1;
    let what = chance.u32(..100);
    let (n, holder) = (chance.u8(..KEYS), Holder(chance.u128(1..=HOLDERS)));
    // Some come late.
    let number = if chance.u8(..4) == 0 { number.saturating_sub(chance.u64(..20)) } else { *number };
    let claim = if chance.bool() { CLAIM } else { Duration::ZERO };
    let hold = Hold { holder, number, lease: LEASE, claim };
    let some: Vec<_> = (0..chance.u8(..4)).map(|_| (key(chance.u8(..KEYS)), number)).collect();
    let lease = if chance.u8(..6) == 0 { Duration::ZERO } else { LEASE };
    let at_most = chance.usize(..6);
    let wrong = chance.u8(..3) == 0;
    move |engine| match what {
        0..40 => Answer::Get(engine.get(key(n), hold).unwrap()),
        40..55 => {
            engine.put(key(n), &entry(n), hold).unwrap();
            Answer::Done
        }
        55..65 => Answer::Renewed(engine.renew(holder, lease, &some).unwrap()),
        65..80 => {
            engine.release(holder, &some).unwrap();
            Answer::Done
        }
        80..83 => {
            let bytes = if wrong { entry(n + 1) } else { entry(n) };
            engine.discard(key(n), &bytes).unwrap();
            Answer::Done
        }
        _ => Answer::Collected(engine.collect(at_most, GRACE).unwrap()),
    }
}

fn are_equal(file: &Redb, memory: &Memory) {
    let contents = file.contents().unwrap();
    let of_memory = (memory.len() as u64, memory.bytes(), memory.holds() as u64);
    assert_eq!((contents.entries, contents.bytes, contents.holds), of_memory);
}

fn run(seed: u64, operations: u32) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    let time = Time::default();
    time.passes(1_000_000);
    let (mut file, memory) = (open(&path, &time), Memory::with_clock(time.clock()));
    let (mut chance, mut number) = (Rng::with_seed(seed), 0);
    for step in 0..operations {
        if chance.u8(..3) == 0 {
            time.passes(chance.u64(..200));
        }
        if chance.u32(..300) == 0 {
            // Claims are not in the file, so none must run when it is left.
            time.passes(CLAIM.as_millis() as u64);
            drop(file);
            file = open(&path, &time);
        }
        let operation = operation(&mut chance, &mut number);
        assert_eq!(operation(&file), operation(&memory), "seed {seed}, step {step}");
        // Not always: it writes what waits.
        if chance.u8(..16) == 0 {
            are_equal(&file, &memory);
        }
    }
    are_equal(&file, &memory);
    assert!(!super::aside(&path).exists());
}

#[test]
fn a_file_answers_as_memory_does() {
    watchdog(|| (0..6).for_each(|seed| run(seed, 1200)));
}
