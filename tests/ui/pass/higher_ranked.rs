//! Lifetimes that a type declares itself, by `for<'x>`, are borrowed from nobody.

use memo_core::weak_memo;
use std::sync::Arc;

pub trait Visit<'x> {
    fn visit(&self, text: &'x str) -> usize;
}

struct Length;

impl<'x> Visit<'x> for Length {
    fn visit(&self, text: &'x str) -> usize {
        text.len()
    }
}

#[weak_memo]
fn trimmer(text: &Arc<String>) -> for<'a> fn(&'a str) -> &'a str {
    if text.is_empty() { str::trim } else { str::trim_end }
}

#[weak_memo]
fn visitor(_text: &Arc<String>) -> Arc<dyn for<'x> Visit<'x> + Send + Sync> {
    Arc::new(Length)
}

#[weak_memo]
fn tests(_text: &Arc<String>) -> &[Box<dyn for<'x> Fn(&'x str) -> bool + Send + Sync>] {
    vec![Box::new(|text: &str| text.is_empty())]
}

fn main() {
    let text = Arc::new(String::new());
    assert_eq!(trimmer(&text)(" a "), "a");
    assert_eq!(visitor(&text).visit("abc"), 3);
    assert!(tests(&text)[0](""));
}
