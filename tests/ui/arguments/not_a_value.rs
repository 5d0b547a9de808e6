//! `#[memo(value)]` on what is not `Hash`.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[derive(Clone, PartialEq, Eq)]
struct Mode;

#[weak_memo]
fn words(doc: &Arc<Doc>, #[memo(value)] mode: Mode) -> usize {
    let Mode = mode;
    doc.text.split(' ').count()
}

fn main() {}
