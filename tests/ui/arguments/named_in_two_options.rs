//! One parameter is named in two options that contradict each other.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(skip(width), value(width))]
fn lines(text: &Arc<String>, width: usize) -> usize {
    text.len() / width
}

#[weak_memo(skip(width, width))]
fn columns(text: &Arc<String>, width: usize) -> usize {
    text.len() / width
}

fn main() {}
