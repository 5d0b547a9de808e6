//! A reference to something without an anchor.

use memo_core::weak_memo;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Doc) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
