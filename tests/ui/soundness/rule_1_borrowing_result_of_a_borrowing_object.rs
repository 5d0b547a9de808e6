//! A result that borrows from what the object borrows would be read back under a longer lifetime.

use memo_core::{Anchored, weak_memo};

struct Doc<'t> {
    text: &'t str,
}

#[weak_memo]
fn first<'t>(doc: &Anchored<Doc<'t>>) -> &'t str {
    doc.text.to_owned()
}

fn main() {}
