//! A lent result may be out while its owner is asked to forget.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn words(text: &Arc<String>) -> &Vec<String> {
    text.split(' ').map(String::from).collect()
}

fn main() {
    let text = Arc::new(String::from("a b"));
    words_memo().forget_owner(&text);
}
