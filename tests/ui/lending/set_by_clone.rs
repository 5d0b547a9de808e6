//! What is for results that may be borrowed, of a memo that returns by clone.

use memo_core::{Anchored, weak_memo};

#[weak_memo]
fn length(text: &Anchored<String>) -> usize {
    text.len()
}

fn main() {
    let mut text = Anchored::new(String::new());
    let _ = length_memo().set(&text, 1);
    let _ = length_memo().take(&mut text);
    length_memo().clear_owner(&mut text);
}
