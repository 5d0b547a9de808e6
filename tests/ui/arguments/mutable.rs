//! `&mut` cannot take part in a key.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn words(doc: &Arc<Doc>, log: &mut Vec<usize>) -> usize {
    log.push(1);
    doc.text.split(' ').count()
}

fn main() {}
