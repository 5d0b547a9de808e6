//! A container is never the owner.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: Option<&Arc<Doc>>) -> usize {
    doc.map_or(0, |doc| doc.text.split(' ').count())
}

fn main() {}
