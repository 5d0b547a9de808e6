//! A type without a name.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Arc<Doc>, from: impl Into<usize>) -> usize {
    doc.text[from.into()..].split(' ').count()
}

fn main() {}
