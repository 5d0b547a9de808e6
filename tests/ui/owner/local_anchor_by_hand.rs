//! A hand-written anchor of one thread, and not a word of the thread.

use memo_core::{HasLocalAnchor, LocalAnchor};

struct Doc {
    anchor: LocalAnchor,
}

impl HasLocalAnchor for Doc {
    fn local_anchor(&self) -> &LocalAnchor {
        &self.anchor
    }
}

fn main() {}
