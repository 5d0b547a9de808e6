//! `#[memo(key = ..)]` of what is no key.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

struct Mode;

#[weak_memo]
fn words(doc: &Arc<Doc>, #[memo(key = Mode)] width: u32) -> usize {
    doc.text.len() / width as usize
}

fn main() {}
