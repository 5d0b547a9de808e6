//! The same without a box.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn length(text: &Arc<String>) -> impl Future<Output = usize> {
    async { text.len() }
}

fn main() {}
