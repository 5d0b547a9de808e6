//! The same behind a reference.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

struct Mode;

#[weak_memo]
fn words(doc: &Arc<Doc>, mode: &Mode) -> usize {
    let Mode = mode;
    doc.text.split(' ').count()
}

fn main() {}
