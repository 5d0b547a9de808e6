//! Not a function.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
impl Doc {
    fn words(self: &Arc<Self>) -> usize {
        self.text.split(' ').count()
    }
}

fn main() {}
