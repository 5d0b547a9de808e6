//! A thread cannot lend what another may borrow longer.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(local)]
fn lower(doc: &Arc<Doc>) -> &str {
    doc.text.to_lowercase()
}

fn main() {}
