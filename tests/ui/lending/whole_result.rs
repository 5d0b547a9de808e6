//! An `Err` is not kept.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn lower(doc: &Arc<Doc>) -> &Result<String, String> {
    Ok(doc.text.to_lowercase())
}

fn main() {}
