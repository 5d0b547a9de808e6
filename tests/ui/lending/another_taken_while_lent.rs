//! Another owner's result is not touched, but one that is lent from two owners is bound to both.

use memo_core::{Anchored, weak_memo};

#[weak_memo(capacity = unbounded)]
fn both(text: &Anchored<String>, other: &Anchored<String>) -> &str {
    text.to_uppercase() + other
}

fn main() {
    let mut text = Anchored::new(String::from("a"));
    let other = Anchored::new(String::from("b"));
    let lent = both(&text, &other);
    both_memo().replace((&mut text, &other), String::new());
    assert_eq!(lent, "Ab");
}
