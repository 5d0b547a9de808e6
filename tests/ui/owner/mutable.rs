//! An owner behind `&mut`.

use memo_core::weak_memo;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &mut Doc) -> usize {
    doc.text.split(' ').count()
}

fn main() {}
