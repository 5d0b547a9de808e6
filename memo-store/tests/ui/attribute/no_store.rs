//! A number is no store.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(store = 5, version = 1)]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {}
