//! A borrow that cannot be lent.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

use std::borrow::Cow;

#[weak_memo]
fn lower(doc: &Arc<Doc>) -> Cow<'_, str> {
    doc.text.to_lowercase().into()
}

fn main() {}
