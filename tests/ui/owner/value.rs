//! An owner that is copied.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(#[memo(value, owner)] doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
