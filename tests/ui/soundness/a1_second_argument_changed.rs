//! A second weak argument is changed while the result is lent.

use memo_core::{Anchored, weak_memo};

#[weak_memo(capacity = unbounded)]
fn layout(doc: &Anchored<String>, theme: &Anchored<String>) -> &String {
    format!("{doc:?} {theme:?}")
}

fn main() {
    let (doc, mut theme) = (Anchored::new(String::new()), Anchored::new(String::new()));
    let lent = layout(&doc, &theme);
    theme.push('x');
    assert!(!lent.is_empty());
}
