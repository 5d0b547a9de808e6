//! A key that is not said.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Arc<Doc>, #[memo(key)] from: usize) -> usize {
    doc.text[from..].split(' ').count()
}

fn main() {}
