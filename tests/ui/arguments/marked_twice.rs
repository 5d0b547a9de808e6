//! One parameter has a mark, and is named in the options, too.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(skip(log))]
fn words(text: &Arc<String>, #[memo(skip)] log: &mut Vec<usize>) -> usize {
    log.push(text.len());
    text.split(' ').count()
}

#[weak_memo(key(width = width * 2), owner = text)]
fn lines(#[memo(owner)] text: &Arc<String>, #[memo(value)] width: usize) -> usize {
    text.len() / width
}

fn main() {}
