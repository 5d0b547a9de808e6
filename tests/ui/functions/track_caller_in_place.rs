//! A body in place is a closure, which does not see who called.

use memo_core::{Anchor, HasAnchor, weak_memo};

trait First {
    fn first(&self) -> u8;
}

#[derive(HasAnchor)]
struct Doc {
    text: Vec<u8>,
    anchor: Anchor,
}

impl First for Doc {
    #[weak_memo(handle = none)]
    #[track_caller]
    fn first(&self) -> u8 {
        *self.text.first().expect("empty")
    }
}

fn main() {}
