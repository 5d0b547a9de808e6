//! A body that yields what its signature says.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    title: String,
    words: Vec<String>,
}

#[weak_memo]
fn title(doc: &Arc<Doc>) -> &str {
    doc.title.trim()
}

#[weak_memo]
fn words(doc: &Arc<Doc>) -> &[String] {
    doc.words.as_slice()
}

#[weak_memo]
fn first(doc: &Arc<Doc>) -> Option<&str> {
    doc.words.first().map(String::as_str)
}

fn main() {}
