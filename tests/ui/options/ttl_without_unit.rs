//! A number, which may be of anything.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(ttl = 30)]
fn words(text: &Arc<String>) -> usize {
    text.split(' ').count()
}

#[weak_memo(idle = "30")]
fn lines(text: &Arc<String>) -> usize {
    text.lines().count()
}

#[weak_memo(ttl = "half an hour")]
fn bytes(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo(ttl)]
fn chars(text: &Arc<String>) -> usize {
    text.chars().count()
}

fn main() {}
