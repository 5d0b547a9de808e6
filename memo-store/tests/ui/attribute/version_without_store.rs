//! There is nobody who could ask for it.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(version = 1)]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {}
