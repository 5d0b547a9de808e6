//! A result put into a memo that lends.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn words(doc: &Arc<String>) -> &Vec<String> {
    doc.split(' ').map(str::to_owned).collect()
}

fn main() {
    words_memo().insert(&Arc::default(), Vec::new());
}
