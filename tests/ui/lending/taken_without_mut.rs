//! A lent result, taken out with `&` alone.

use memo_core::{Anchored, weak_memo};

#[weak_memo]
fn upper(text: &Anchored<String>) -> &str {
    text.to_uppercase()
}

fn main() {
    let text = Anchored::new(String::from("a"));
    upper_memo().take(&text);
}
