//! The derive for one thread, and an anchor of all threads.

use memo_core::{Anchor, HasLocalAnchor};

#[derive(HasLocalAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

fn main() {}
