//! A result that is lent, and shared with another owner.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(reuse_equal)]
fn words(doc: &Arc<Doc>) -> &Arc<usize> {
    Arc::new(doc.text.split(' ').count())
}

fn main() {}
