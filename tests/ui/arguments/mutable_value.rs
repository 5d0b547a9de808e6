//! `&mut` cannot be copied into a key.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Arc<Doc>, #[memo(value)] log: &mut Vec<usize>) -> usize {
    log.push(1);
    doc.text.split(' ').count()
}

fn main() {}
