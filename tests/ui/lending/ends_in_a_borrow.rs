//! A body that borrows, as its signature does.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    title: String,
}

#[weak_memo]
fn title(doc: &Arc<Doc>) -> &str {
    &doc.title
}

fn main() {}
