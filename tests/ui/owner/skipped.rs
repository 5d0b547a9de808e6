//! An owner that takes no part.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(#[memo(owner, skip)] doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
