//! A weak argument inside an option goes while the result is lent.

use memo_core::{Anchored, weak_memo};

#[weak_memo(capacity = unbounded)]
fn layout<'w>(doc: &'w Anchored<String>, theme: &'w Option<&'w Anchored<String>>) -> &'w String {
    format!("{doc:?} {theme:?}")
}

fn main() {
    let (doc, theme) = (Anchored::new(String::new()), Anchored::new(String::new()));
    let option = Some(&theme);
    let lent = layout(&doc, &option);
    drop(theme);
    assert!(!lent.is_empty());
}
