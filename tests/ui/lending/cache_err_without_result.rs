//! There is no error to keep.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(cache_err)]
fn lower(text: &Arc<String>) -> &str {
    text.to_lowercase()
}

fn main() {}
