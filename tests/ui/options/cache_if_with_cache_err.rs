//! Two words on what is kept.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(cache_if = |r| r.is_ok(), cache_err)]
fn parsed(doc: &Arc<Doc>) -> Result<u32, std::num::ParseIntError> {
    doc.text.parse()
}

fn main() {}
