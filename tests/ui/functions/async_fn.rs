//! Still to come.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
async fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
