//! A weak argument that ends with the call.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(capacity = unbounded)]
fn lower(doc: &Arc<Doc>, other: Arc<Doc>) -> &str {
    doc.text.to_lowercase() + &other.text
}

fn main() {}
