//! No companion can be declared in the `impl` of a trait.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

trait Count {
    fn words(self: &Arc<Self>) -> usize;
}

impl Count for Doc {
    #[weak_memo]
    fn words(self: &Arc<Self>) -> usize {
        self.text.split(' ').count()
    }
}

fn main() {}
