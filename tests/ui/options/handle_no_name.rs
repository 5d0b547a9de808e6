//! A handle that is no name.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(handle = "words")]
fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
