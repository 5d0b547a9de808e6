//! A switch with a wrong position.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(single_flight = "no")]
fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
