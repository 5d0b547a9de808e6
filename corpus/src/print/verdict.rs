//! Whether everything held.

use super::Comparison;
use crate::replay::Outcome;
use indicatif::HumanCount;

/// So many overstays are shown in full.
const SHOWN: usize = 5;

/// Prints it, and returns whether all is well.
pub(super) fn verdict(comparison: &Comparison) -> bool {
    let Comparison { memos, bare, by_path } = comparison;
    println!("\nVerdict");
    let same = [same_answers("the memos", memos, bare), same_answers("the cache by path", by_path, bare)];
    if same == [true, true] {
        let (answers, digest) = (HumanCount(bare.answers), bare.end.digest);
        println!("  ok: {answers} answers, the same from all three (digest {digest:016x})");
    }
    same == [true, true] && in_time(memos)
}

/// Whether `other` has shown what the bare functions have, at every sample.
fn same_answers(name: &str, other: &Outcome, bare: &Outcome) -> bool {
    if other.end.digest == bare.end.digest && other.answers == bare.answers {
        return true;
    }
    let differs = other.samples.iter().zip(&bare.samples).position(|(a, b)| a.digest != b.digest);
    let opened = differs.map_or(bare.steps.opened, |at| bare.samples[at].opened);
    println!("  FAILED: the answers of {name} differ from those of the bare functions, by opening {opened}");
    false
}

/// Whether no result has outlived its file.
fn in_time(memos: &Outcome) -> bool {
    let between = memos.samples.iter().map(|sample| sample.census.orphans).max().unwrap_or(0);
    let (sweeps, between) = (memos.sweeps, HumanCount(between as u64));
    if memos.overstays.is_empty() {
        println!("  ok: no result outlived its file, seen after {sweeps} sweeps ({between} at most awaited one)");
    }
    for problem in memos.overstays.iter().take(SHOWN) {
        println!("  FAILED: {problem}");
    }
    if memos.overstays.len() > SHOWN {
        println!("  FAILED: and {} more like these", memos.overstays.len() - SHOWN);
    }
    memos.overstays.is_empty()
}
