//! The future of a call has a type that a stored handle does not know.

use memo_core::handle::Async;
use memo_core::{Memo, weak_memo};
use std::sync::Arc;

#[weak_memo]
async fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {
    let stored: Memo<fn(&Arc<String>) -> usize, Async> = length_memo().storable();
    let _ = stored.call(&Arc::new(String::new()));
}
