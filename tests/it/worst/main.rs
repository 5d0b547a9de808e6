//! User code at its worst (laws 7, 8, 9 and 14): all combinations of
//!
//! * where it runs ([`trap::Place`]),
//! * what it does there ([`rules::Behaviour`]): it panics, goes back in by each of [`again::Again`], or both,
//! * the operation during which it does so ([`acts::Op`]),
//! * the memo and its kind of owner (`subjects.rs`), and how keys behave ([`things::Manners`]),
//!
//! but for those that cannot be, by one of the rules with a name in `rules.rs`. What must hold after each is in `audit.rs`.

mod acts;
mod again;
mod audit;
mod cases;
mod rules;
mod subjects;
mod things;
mod trap;

use memo_tests::alone;

use cases::{Extent, run};

#[test]
fn of_objects_with_an_anchor_by_hand() {
    alone(|| run(subjects::inside::each, Extent::ALL_OF_IT));
}

#[test]
fn of_objects_in_an_anchored() {
    alone(|| run(subjects::anchored::each, Extent::ALL_OF_IT));
}

#[test]
fn of_arcs() {
    alone(|| run(subjects::arc::each, Extent::ALL_OF_IT));
}

#[test]
fn of_rcs() {
    alone(|| run(subjects::rc::each, Extent::ALL_OF_IT));
}
