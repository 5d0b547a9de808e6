//! A result that is not lent.

use memo_core::{Anchored, weak_memo};

#[weak_memo(last)]
fn rows(text: &mut Anchored<String>, width: usize) -> usize {
    text.len() / width
}

fn main() {}
