//! The mark `old`, where it cannot be.

use memo_core::{Anchored, weak_memo};

#[weak_memo(capacity = unbounded)]
fn without_last(text: &Anchored<String>, width: usize, #[memo(old)] old: Option<usize>) -> &usize {
    old.unwrap_or_default() + text.len() / width
}

#[weak_memo(last)]
fn always(text: &mut Anchored<String>, width: usize, #[memo(old)] old: usize) -> &usize {
    old + text.len() / width
}

#[weak_memo(last)]
fn twice(
    text: &mut Anchored<String>,
    width: usize,
    #[memo(old)] old: Option<usize>,
    #[memo(old)] older: Option<usize>,
) -> &usize {
    old.or(older).unwrap_or_default() + text.len() / width
}

fn main() {}
