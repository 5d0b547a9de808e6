//! A lent value that borrows.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn split(doc: &Arc<Doc>) -> &Vec<&str> {
    doc.text.split(' ').collect()
}

fn main() {}
