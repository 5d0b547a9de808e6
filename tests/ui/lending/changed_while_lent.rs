//! The owner is changed while its result is lent: `&mut` access ends the results, so it waits for those who hold them.

use memo_core::{Anchored, weak_memo};

#[weak_memo]
fn lower(text: &Anchored<String>) -> &str {
    text.to_lowercase()
}

fn main() {
    let mut text = Anchored::new(String::from("A"));
    let lent = lower(&text);
    text.push('B');
    assert_eq!(lent, "a");
}
