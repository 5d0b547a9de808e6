//! What a crate forbids, which nobody may allow again.

#![forbid(unsafe_code, dead_code, non_snake_case, non_camel_case_types, unused_variables, unused_mut, missing_docs)]
#![forbid(unreachable_code, single_use_lifetimes, unused_lifetimes, private_interfaces, unused_imports)]

use memo_core::{Anchored, weak_memo};
use std::sync::Arc;

#[weak_memo]
fn size(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo]
fn type_(text: &Arc<String>, at: usize) -> Option<char> {
    text[at..].chars().next()
}

#[weak_memo]
fn lent(text: &Arc<String>) -> &str {
    text.to_uppercase()
}

#[weak_memo(cache_if = |size| *size > 1, handle = measured)]
fn tested(text: &Anchored<String>) -> usize {
    text.len()
}

trait Shape {
    fn area(&self, size: (u32, u32)) -> u32;
}

impl Shape for Anchored<u32> {
    #[weak_memo(handle = none)]
    fn area(&self, (width, height): (u32, u32)) -> u32 {
        width * height * **self
    }
}

fn main() {
    let (text, anchored) = (Arc::new(String::from("text")), Anchored::new(String::from("text")));
    assert_eq!(size(&text) + tested(&anchored), 8);
    assert_eq!(type_(&text, 1), Some('e'));
    assert_eq!(lent(&text), "TEXT");
    assert_eq!(Anchored::new(1).area((2, 3)), 6);
}
