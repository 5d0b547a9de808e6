//! A handle takes its own owner.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn part(from: usize, text: &Arc<String>) -> String {
    text[from..].to_owned()
}

fn main() {
    let number = Arc::new(1);
    part_memo().entries_of(&number);
}
