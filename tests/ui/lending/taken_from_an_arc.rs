//! `&mut` to an `Arc` does not show that no result of its object is lent.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn upper(text: &Arc<String>) -> &str {
    text.to_uppercase()
}

fn main() {
    let mut text = Arc::new(String::from("a"));
    let other = text.clone();
    let lent = upper(&other);
    upper_memo().take(&mut text);
    upper_memo().clear_owner(&mut text);
    assert_eq!(lent, "A");
}
