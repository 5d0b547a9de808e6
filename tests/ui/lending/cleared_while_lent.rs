//! An anchor is cleared by hand while a result of it is lent.

use memo_core::{Anchor, HasAnchor, weak_memo};

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

#[weak_memo]
fn lower(doc: &Doc) -> &str {
    doc.text.to_lowercase()
}

fn main() {
    let mut doc = Doc { text: String::from("A"), anchor: Anchor::new() };
    let lent = lower(&doc);
    doc.anchor.clear();
    assert_eq!(lent, "a");
}
