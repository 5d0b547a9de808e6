//! A clone would not know when a result ends.

use memo_core::{Anchored, weak_memo};

#[weak_memo(carry, ttl = "30s")]
fn length(text: &Anchored<String>) -> usize {
    text.len()
}

fn main() {
    length(&Anchored::new(String::new()));
}
