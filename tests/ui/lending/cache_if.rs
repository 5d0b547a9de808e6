//! What is lent must have been kept.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(cache_if = |text| text.len() > 3)]
fn lower(doc: &Arc<Doc>) -> &str {
    doc.text.to_lowercase()
}

fn main() {}
