//! An expression that is no span of time.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(ttl = 30 * 60)]
fn words(text: &Arc<String>) -> usize {
    text.split(' ').count()
}

fn main() {}
