//! No context.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(context)]
fn length(name: &Arc<String>) -> usize {
    name.len()
}

fn main() {}
