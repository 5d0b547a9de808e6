//! A result that is lent, and that the memo does not keep.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(weak_value)]
fn words(doc: &Arc<Doc>) -> &Arc<usize> {
    Arc::new(doc.text.split(' ').count())
}

fn main() {}
