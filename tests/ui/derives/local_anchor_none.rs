//! An object without an anchor.

use memo_core::HasLocalAnchor;

#[derive(HasLocalAnchor)]
enum Doc {
    Text(String),
}

fn main() {}
