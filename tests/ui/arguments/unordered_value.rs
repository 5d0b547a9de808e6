//! A collection without an order, as a copy.

use memo_core::weak_memo;
use std::collections::HashMap;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn renamed(doc: &Arc<Doc>, #[memo(value)] names: &HashMap<String, u32>) -> usize {
    doc.text.len() + names.len()
}

fn main() {}
