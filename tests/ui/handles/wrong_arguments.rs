//! A handle takes what the function takes.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn part(text: &Arc<String>, from: usize) -> String {
    text[from..].to_owned()
}

fn main() {
    let text = Arc::new(String::from("A"));
    part_memo().get((&text, "1"));
}
