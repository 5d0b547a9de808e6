//! Two marks that exclude each other.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Arc<Doc>, #[memo(value, skip)] from: usize) -> usize {
    doc.text[from..].split(' ').count()
}

fn main() {}
