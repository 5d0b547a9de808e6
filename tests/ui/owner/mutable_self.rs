//! A method that may change its object.

use memo_core::{Anchor, HasAnchor, weak_memo};

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

impl Doc {
    #[weak_memo]
    fn words(&mut self) -> &[String] {
        self.text.split(' ').map(str::to_owned).collect()
    }
}

fn main() {}
