//! A mark that does not exist.

use memo_core::{Anchor, HasAnchor};

#[derive(HasAnchor)]
struct Doc {
    #[memo(here)]
    anchor: Anchor,
}

fn main() {}
