//! An `Err` that is kept is lent, too.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(cache_err)]
fn lower(doc: &Arc<Doc>) -> Result<&str, String> {
    Ok(doc.text.to_lowercase())
}

fn main() {}
