//! A result without a name, that borrows.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn lines(text: &Arc<String>) -> impl Iterator<Item = &str> {
    text.lines()
}

fn main() {}
