//! A result that is taken out while it is lent.

use memo_core::{Anchored, weak_memo};

#[weak_memo]
fn upper(text: &Anchored<String>) -> &str {
    text.to_uppercase()
}

fn main() {
    let mut text = Anchored::new(String::from("a"));
    let lent = upper(&text);
    upper_memo().take(&mut text);
    assert_eq!(lent, "A");
}
