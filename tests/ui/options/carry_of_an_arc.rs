//! A clone of an `Arc` is the same object.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(carry)]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {
    length(&Arc::new(String::new()));
}
