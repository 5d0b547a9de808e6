//! Weak arguments of two lifetimes.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(capacity = unbounded)]
fn lower<'a, 'b>(doc: &'a Arc<Doc>, other: &'b Arc<Doc>) -> &str {
    doc.text.to_lowercase() + &other.text
}

fn main() {}
