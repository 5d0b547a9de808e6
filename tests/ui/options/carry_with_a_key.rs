//! A clone takes along what is without a key.

use memo_core::{Anchored, weak_memo};

#[weak_memo(carry)]
fn repeat(text: &Anchored<String>, times: usize) -> String {
    text.repeat(times)
}

fn main() {
    repeat(&Anchored::new(String::new()), 1);
}
