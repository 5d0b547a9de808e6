//! A time in which no call can come.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(ttl = "0s")]
fn words(text: &Arc<String>) -> usize {
    text.split(' ').count()
}

#[weak_memo(idle = "0ms")]
fn lines(text: &Arc<String>) -> usize {
    text.lines().count()
}

fn main() {}
