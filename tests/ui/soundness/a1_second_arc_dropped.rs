//! A second `Arc` goes while the result is lent from an object.

use memo_core::{Anchored, weak_memo};
use std::sync::Arc;

#[weak_memo(capacity = unbounded)]
fn layout(doc: &Anchored<String>, theme: &Arc<String>) -> &String {
    format!("{doc:?} {theme:?}")
}

fn main() {
    let (doc, theme) = (Anchored::new(String::new()), Arc::new(String::new()));
    let lent = layout(&doc, &theme);
    drop(theme);
    assert!(!lent.is_empty());
}
