//! An object with an anchor of one thread does not leave it.

use memo_core::{HasLocalAnchor, LocalAnchor};

#[derive(HasLocalAnchor)]
struct Doc {
    text: String,
    anchor: LocalAnchor,
}

fn main() {
    let doc = Doc { text: String::from("a"), anchor: LocalAnchor::new() };
    std::thread::spawn(move || drop(doc));
}
