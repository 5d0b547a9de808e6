//! What the handle of a memo with `last` does not have.

use memo_core::{Anchored, weak_memo};

#[weak_memo(last)]
fn rows(text: &mut Anchored<String>, width: usize) -> &usize {
    text.len() / width
}

fn main() {
    let mut text = Anchored::new(String::new());
    let _ = rows_memo().call(&text);
    let _ = rows_memo().compute(&text);
    rows_memo().clear();
    rows(&mut text, 1);
}
