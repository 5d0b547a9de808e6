//! An object without an anchor.

use memo_core::HasAnchor;

#[derive(HasAnchor)]
struct Doc {
    text: String,
}

fn main() {}
