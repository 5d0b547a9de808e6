//! The owner goes while its result is lent.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn lower(text: &Arc<String>) -> &str {
    text.to_lowercase()
}

fn main() {
    let text = Arc::new(String::from("A"));
    let lent = lower(&text);
    drop(text);
    assert_eq!(lent, "a");
}
