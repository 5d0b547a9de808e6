//! What says more of a `ttl` that is not there.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(idle = "30s", stale = "10s")]
fn words(text: &Arc<String>) -> usize {
    text.split(' ').count()
}

#[weak_memo(jitter = 0.1)]
fn lines(text: &Arc<String>) -> usize {
    text.lines().count()
}

fn main() {}
