//! A parameter called like the handle.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(words_memo: &Arc<Doc>) -> usize {
    words_memo.text.split(' ').count()
}

fn main() {}
