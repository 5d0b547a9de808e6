//! The result lives as long as all weak arguments, also beside `self`.

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::sync::Arc;

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

impl Doc {
    #[weak_memo(capacity = unbounded)]
    fn lower<'a>(&'a self, other: &Arc<Doc>) -> &'a str {
        self.text.to_lowercase() + &other.text
    }
}

fn main() {}
