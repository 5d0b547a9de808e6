//! A visibility for no handle.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(handle = pub(crate) none)]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {}
