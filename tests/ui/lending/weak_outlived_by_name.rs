//! The result lives as long as all weak arguments, whatever their lifetimes are called.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(capacity = unbounded)]
fn lower<'a, 'b>(doc: &'a Arc<Doc>, other: &'b Arc<Doc>) -> &'a str {
    doc.text.to_lowercase() + &other.text
}

fn main() {}
