//! What is lent must have been kept.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(some_only)]
fn first(doc: &Arc<Doc>) -> Option<&str> {
    doc.text.split(' ').next().map(str::to_owned)
}

fn main() {}
