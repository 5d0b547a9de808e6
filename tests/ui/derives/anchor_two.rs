//! An object with two anchors.

use memo_core::{Anchor, HasAnchor};

#[derive(HasAnchor)]
struct Doc {
    one: Anchor,
    other: Anchor,
}

fn main() {}
