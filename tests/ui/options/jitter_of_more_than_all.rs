//! A share of more than all.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(ttl = "30s", jitter = 10.0)]
fn words(text: &Arc<String>) -> usize {
    text.split(' ').count()
}

fn main() {}
