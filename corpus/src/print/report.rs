//! The memos' own report, and what one learns from it.

use crate::replay::Outcome;
use indicatif::HumanCount;

pub(super) fn report(memos: &Outcome) {
    print!("\n{}", memos.report);
    let misses: u64 = memos.memos.iter().map(|memo| memo.misses).sum();
    let pairs = memos.memos.iter().find(|memo| memo.name.ends_with("::shared_identifiers"));
    let Some(pairs) = pairs.filter(|pairs| pairs.misses > 0) else { return };
    println!(
        "\nshared_identifiers is a memo that should perhaps not be one: {:.0} % hits, and {:.0} % of all {} misses. Its key is\n\
         a pair, few pairs are requested twice before one of the two files is edited or closed, and with both indexes\n\
         remembered a compute is short. The report shows it: a low hit ratio, many dropped, a small mean.",
        100.0 * pairs.hits as f64 / (pairs.hits + pairs.misses) as f64,
        100.0 * pairs.misses as f64 / misses as f64,
        HumanCount(misses),
    );
}
