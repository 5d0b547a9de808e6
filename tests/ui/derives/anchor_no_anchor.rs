//! A marked field that is no anchor.

use memo_core::HasAnchor;

#[derive(HasAnchor)]
struct Doc {
    #[memo(anchor)]
    anchor: u64,
}

fn main() {}
