//! A stored copy of an argument that borrows.

use memo_core::weak_memo;
use std::sync::Arc;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Mode<'a> {
    name: &'a str,
}

#[weak_memo]
fn count(doc: &Arc<String>, #[memo(value)] mode: Mode<'_>) -> usize {
    doc.matches(mode.name).count()
}

fn main() {}
