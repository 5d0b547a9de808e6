//! Two words on what is kept.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(cache_err, some_only)]
fn parsed(doc: &Arc<Doc>) -> Result<u32, std::num::ParseIntError> {
    doc.text.parse()
}

fn main() {}
