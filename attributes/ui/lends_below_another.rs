//! An attribute that writes the result's type into the body, above a memo whose body yields another.

use memo_core::weak_memo;
use std::sync::Arc;

#[tracing::instrument]
#[weak_memo]
fn first(text: &Arc<String>) -> &str {
    text.split(' ').take(1).collect()
}

#[contracts::ensures(true)]
#[weak_memo]
fn words(text: &Arc<String>) -> Option<&Vec<String>> {
    Some(text.split(' ').map(str::to_owned).collect())
}

fn main() {
    let text = Arc::new("one two".to_owned());
    let _ = (first(&text), words(&text));
}
