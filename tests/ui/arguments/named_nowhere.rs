//! Options that name no parameter.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(skip(widht))]
fn lines(text: &Arc<String>, width: usize) -> usize {
    text.len() / width
}

#[weak_memo(owner = doc, value(left))]
fn columns(text: &Arc<String>, (left, right): (usize, usize)) -> usize {
    text.len() / (left + right)
}

fn main() {}
