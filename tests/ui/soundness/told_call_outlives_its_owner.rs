//! The future of a call by the handle borrows the owner, and so does what it lends.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
async fn words(text: &Arc<String>) -> &[String] {
    text.split(' ').map(str::to_owned).collect()
}

async fn lent() -> usize {
    let text = Arc::new(String::from("a b"));
    let (words, _) = words_memo().call(&text).await;
    drop(text);
    words.len()
}

async fn called() {
    let text = Arc::new(String::from("a b"));
    let call = words_memo().call(&text);
    drop(text);
    call.await;
}

fn main() {
    let _ = (lent(), called());
}
