//! An object of one thread, as an argument of a memo of all threads.

use memo_core::{LocalAnchored, weak_memo};
use std::sync::Arc;

#[weak_memo]
fn length(doc: &Arc<String>, with: &LocalAnchored<String>) -> usize {
    doc.len() + with.len()
}

fn main() {}
