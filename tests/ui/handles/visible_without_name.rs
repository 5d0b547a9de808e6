//! A visibility and no name.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(handle = pub)]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {}
