//! `local` with an owner that has its anchor inside.

use memo_core::{Anchored, weak_memo};

#[weak_memo(local)]
fn length(doc: &Anchored<String>) -> usize {
    doc.len()
}

fn main() {}
