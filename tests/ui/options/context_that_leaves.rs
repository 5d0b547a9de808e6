//! A context that leaves the memo.

use memo_core::weak_memo;
use std::sync::Arc;

fn locale() -> Option<u8> {
    None
}

#[weak_memo(context = locale()?)]
fn length(name: &Arc<String>) -> Option<usize> {
    Some(name.len())
}

fn main() {}
