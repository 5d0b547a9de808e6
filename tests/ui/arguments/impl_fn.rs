//! A closure without a name.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn count(doc: &Arc<String>, is: impl Fn(char) -> bool) -> usize {
    doc.chars().filter(|&c| is(c)).count()
}

fn main() {}
