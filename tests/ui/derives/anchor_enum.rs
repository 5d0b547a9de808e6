//! An anchor is a field of a struct.

use memo_core::{Anchor, HasAnchor};

#[derive(HasAnchor)]
enum Doc {
    Empty(Anchor),
}

fn main() {}
