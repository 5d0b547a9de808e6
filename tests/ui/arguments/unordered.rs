//! A collection without an order.

use memo_core::weak_memo;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn renamed(doc: &Arc<Doc>, names: &HashMap<String, u32>) -> usize {
    doc.text.len() + names.len()
}

#[weak_memo]
fn without(doc: &Arc<Doc>, how: (usize, HashSet<String>)) -> usize {
    doc.text.len() + how.1.len() - how.0
}

fn main() {}
