//! The same for a method of an object with an anchor.

use memo_core::{Anchor, HasAnchor, weak_memo};

struct Layout;

#[derive(HasAnchor)]
struct Doc {
    anchor: Anchor,
}

impl Doc {
    #[weak_memo]
    fn layout(&self, width: u32) -> Vec<Layout> {
        (0..width).map(|_| Layout).collect()
    }
}

fn main() {}
