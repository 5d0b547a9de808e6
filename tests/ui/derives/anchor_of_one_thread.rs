//! The derive for all threads, and an anchor of one.

use memo_core::{HasAnchor, LocalAnchor};

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: LocalAnchor,
}

fn main() {}
