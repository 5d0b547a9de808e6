//! What `get` lends is bound to every weak argument, as what the function lends is.

use memo_core::{Anchored, weak_memo};

#[weak_memo(capacity = unbounded)]
fn layout(doc: &Anchored<String>, theme: &Anchored<String>) -> &String {
    format!("{doc:?} {theme:?}")
}

fn main() {
    let (doc, theme) = (Anchored::new(String::new()), Anchored::new(String::new()));
    let lent = layout_memo().get((&doc, &theme));
    drop(theme);
    assert!(lent.is_none());
}
