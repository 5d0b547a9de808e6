//! An option whose value is missing.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(capacity)]
fn words(doc: &Arc<Doc>, from: usize) -> usize {
    doc.text[from..].split(' ').count()
}

fn main() {}
