//! A result that callers could change.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn lower(doc: &Arc<Doc>) -> &mut String {
    doc.text.to_lowercase()
}

fn main() {}
