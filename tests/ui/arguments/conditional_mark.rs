//! A mark that does not hold where the memo does.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo]
fn words(doc: &Arc<String>, #[cfg_attr(any(), memo(skip))] log: &mut Vec<u32>) -> usize {
    log.push(1);
    doc.split(' ').count()
}

fn main() {}
