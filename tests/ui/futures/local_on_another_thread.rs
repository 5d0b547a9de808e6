//! So are those of a `local` memo.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(local)]
async fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn spawn<F: Future + Send>(_: F) {}

fn main() {
    spawn(length(&Arc::new(String::new())));
}
