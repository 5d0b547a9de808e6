//! The same for a result by reference.

use memo_core::{Anchored, weak_memo};
use std::cell::Cell;

#[weak_memo]
fn count(node: &Anchored<u32>) -> &Cell<u32> {
    Cell::new(**node)
}

fn main() {}
