//! A capacity that names `Self`, which a `static` does not know.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

impl Doc {
    const MOST: usize = 8;

    #[weak_memo(capacity = Self::MOST)]
    fn words(self: &Arc<Self>, from: usize) -> usize {
        self.text[from..].split(' ').count()
    }
}

fn main() {}
