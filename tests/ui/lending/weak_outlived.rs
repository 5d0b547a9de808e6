//! The result lives as long as all weak arguments.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(capacity = unbounded)]
fn lower<'a>(doc: &'a Arc<Doc>, other: &Arc<Doc>) -> &'a str {
    doc.text.to_lowercase() + &other.text
}

fn main() {}
