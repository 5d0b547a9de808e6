//! The same option twice.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(capacity = 256, local, capacity = 512)]
fn words(doc: &Arc<Doc>, from: usize) -> usize {
    doc.text[from..].split(' ').count()
}

fn main() {}
