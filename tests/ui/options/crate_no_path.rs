//! A path that is none.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(crate = "memo_core")]
fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
