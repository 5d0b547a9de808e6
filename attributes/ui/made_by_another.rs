//! An attribute that copies the memo's to a function of its own.

use memo_core::weak_memo;
use std::sync::Arc;

#[rstest::fixture]
#[weak_memo]
fn words(#[default(Arc::new("one two".to_owned()))] text: Arc<String>) -> usize {
    text.split(' ').count()
}

fn main() {
    let _ = words(Arc::new(String::new()));
}
