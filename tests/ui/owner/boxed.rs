//! A box is not the owner.

use memo_core::weak_memo;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Box<Doc>) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
