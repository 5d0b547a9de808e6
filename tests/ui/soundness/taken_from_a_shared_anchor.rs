//! An object that only borrows its anchor: `&mut` to it shows nothing.

use memo_core::{Anchor, HasAnchor, weak_memo};

struct View<'a>(&'a Anchor);

impl HasAnchor for View<'_> {
    fn anchor(&self) -> &Anchor {
        self.0
    }
}

#[weak_memo]
fn text<'w>(of: &'w View<'_>) -> &'w str {
    String::from("a")
}

fn main() {
    let anchor = Anchor::new();
    let (one, mut other) = (View(&anchor), View(&anchor));
    let lent = text(&one);
    text_memo().take(&mut other);
    assert_eq!(lent, "a");
}
