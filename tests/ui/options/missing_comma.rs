//! No comma between two options.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(local name = "words")]
fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
