//! The figures of a scope are asked with the handle.

use std::sync::Arc;

use memo_core::{testing, weak_memo};

#[weak_memo]
fn length(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {
    testing::scope(|| {
        length(&Arc::default());
        testing::calls(length);
    });
}
