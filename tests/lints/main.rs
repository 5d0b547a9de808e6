//! What rustc, clippy and rustdoc say of a memoized function is what they say of the same function without the attribute.
//!
//! `sample.rs` is built twice in each edition: as it is, and with our attributes blanked out, so that each line and column
//! stays where it is. Both reports must be the same, but for what `DIFFERENCES` names with a reason.

mod crates;
mod difference;
mod report;
mod silent;

use crates::{Crates, MEMO, PLAIN};
use difference::DIFFERENCES;
use report::{Finding, Report};

/// What is asked beside the defaults of rustc.
const LINTS: &[&str] = &[
    "clippy::all",
    "clippy::pedantic",
    "clippy::nursery",
    "clippy::cargo",
    "elided_lifetimes_in_paths",
    "explicit_outlives_requirements",
    "let_underscore_drop",
    "missing_debug_implementations",
    "redundant_lifetimes",
    "rust_2018_idioms",
    "single_use_lifetimes",
    "trivial_casts",
    "trivial_numeric_casts",
    "unnameable_types",
    "unreachable_pub",
    "unused",
    "unused_import_braces",
    "unused_lifetimes",
    "unused_qualifications",
    "variant_size_differences",
];

#[test]
fn a_memo_is_told_what_the_plain_function_is_told() {
    let Some(crates) = Crates::write("parity", include_str!("sample.rs"), &[PLAIN, MEMO]) else { return };
    for [plain, memo] in crates.reports([PLAIN, MEMO], LINTS) {
        compare(&plain, &memo);
    }
}

fn compare(plain: &Report, memo: &Report) {
    let named = |finding: &Finding| DIFFERENCES.iter().any(|difference| difference.is_about(finding));
    let lines = |findings: Vec<&Finding>| -> String { findings.iter().map(|finding| format!("{finding}\n")).collect() };
    let lost = lines(plain.without(memo).filter(|finding| !named(finding)).collect());
    let added = lines(memo.without(plain).collect());
    assert!(plain.len() > 100, "{}: the plain functions are told of much, not of {}", plain.name, plain.len());
    assert!(
        lost.is_empty() && added.is_empty(),
        "{}\n--- told of the plain functions only\n{lost}--- told of the memos only\n{added}",
        plain.name
    );
}

#[test]
fn a_crate_of_sixty_memos_that_denies_warnings_is_silent() {
    let source = silent::source();
    assert!(source.matches("#[weak_memo").count() >= 60, "{source}");
    let Some(crates) = Crates::write("silent", &source, &[MEMO]) else { return };
    for [memo] in crates.reports([MEMO], &["clippy::pedantic", "missing_docs"]) {
        assert_eq!(memo.lines(), "", "{}", memo.name);
    }
}
