//! The three ways to write the attribute without options agree.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn bare(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo()]
fn empty(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo(single_flight = true,)]
fn full(text: &Arc<String>) -> usize {
    text.len()
}

fn main() {
    let text = Arc::new(String::from("abc"));
    for f in [bare, empty, full] {
        assert_eq!(f(&text), 3);
    }
    assert_eq!(bare_memo().stats().computes + empty_memo().stats().computes + full_memo().stats().computes, 3);
}
