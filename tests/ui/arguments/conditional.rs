//! A parameter that may not be there.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Arc<Doc>, #[cfg(unix)] from: usize) -> usize {
    doc.text[from..].split(' ').count()
}

fn main() {}
