//! Results that no other can hold.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo(weak_value)]
fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split(' ').count()
}

#[weak_memo(weak_value)]
fn lines(doc: &Arc<Doc>, from: usize) -> Option<Vec<String>> {
    doc.text.get(from..).map(|text| text.lines().map(str::to_owned).collect())
}

fn main() {}
