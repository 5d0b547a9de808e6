//! Three mistakes are told at once.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(colour, ttl = 3, capacity = 0)]
fn words(doc: &Arc<Doc>, from: usize) -> usize {
    doc.text[from..].split(' ').count()
}

fn main() {}
