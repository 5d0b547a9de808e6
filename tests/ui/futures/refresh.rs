//! A handle does not await.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
async fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {
    length_memo().refresh(&Arc::new(String::new()));
}
