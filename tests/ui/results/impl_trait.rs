//! A result without a name.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn split(doc: &Arc<Doc>) -> impl Iterator<Item = char> {
    doc.text.chars().collect::<Vec<_>>().into_iter()
}

fn main() {}
