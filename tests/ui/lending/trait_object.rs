//! A value without a size.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn show(doc: &Arc<Doc>) -> &(dyn std::fmt::Debug + Send + Sync) {
    Box::new(doc.text.clone())
}

fn main() {}
