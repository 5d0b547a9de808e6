//! Results live on one object.

use memo_core::{Anchored, weak_memo};

#[weak_memo(last)]
fn rows(#[memo(owner)] a: &mut Anchored<String>, #[memo(owner)] b: &mut Anchored<String>, width: usize) -> &usize {
    a.len() + b.len() / width
}

fn main() {}
