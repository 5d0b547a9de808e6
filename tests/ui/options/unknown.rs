//! An option that does not exist.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(capcity = 256)]
fn words(doc: &Arc<Doc>, from: usize) -> usize {
    doc.text[from..].split(' ').count()
}

fn main() {}
