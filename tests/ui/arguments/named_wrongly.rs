//! Options for parameters that are written in another form.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(owner)]
fn one(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo(owner(text))]
fn two(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo(skip = width)]
fn three(text: &Arc<String>, width: usize) -> usize {
    text.len() / width
}

#[weak_memo(value())]
fn four(text: &Arc<String>, width: usize) -> usize {
    text.len() / width
}

#[weak_memo(key(width))]
fn five(text: &Arc<String>, width: usize) -> usize {
    text.len() / width
}

fn main() {}
