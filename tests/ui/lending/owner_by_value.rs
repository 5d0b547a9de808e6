//! An owner that ends with the call.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn lower(doc: Arc<Doc>) -> &str {
    doc.text.to_lowercase()
}

fn main() {}
