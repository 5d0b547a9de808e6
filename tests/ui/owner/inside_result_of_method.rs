//! A result that holds its own owner.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

impl Doc {
    #[weak_memo]
    fn next(self: &Arc<Self>) -> Vec<Arc<Self>> {
        vec![self.clone(), Arc::new(Doc { text: String::new() })]
    }
}

fn main() {}
