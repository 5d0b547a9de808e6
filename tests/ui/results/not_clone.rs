//! A result that cannot be handed out twice.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

struct Layout;

#[weak_memo]
fn layout(doc: &Arc<Doc>) -> Layout {
    let _ = &doc.text;
    Layout
}

fn main() {}
