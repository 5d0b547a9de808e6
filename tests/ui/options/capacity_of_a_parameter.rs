//! A capacity that names a parameter of the function, which a `static` does not know.

use memo_core::weak_memo;
use std::sync::Arc;

#[weak_memo(capacity = N)]
fn add<const N: usize>(text: &Arc<String>, more: usize) -> usize {
    text.len() + more + N
}

#[weak_memo(capacity = size_of::<T>())]
fn measure<T>(text: &Arc<T>, more: usize) -> usize {
    size_of_val(&**text) + more
}

fn main() {}
