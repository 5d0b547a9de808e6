//! Lent results cannot be evicted.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn lower(doc: &Arc<Doc>, from: usize) -> &String {
    doc.text[from..].to_lowercase()
}

fn main() {}
