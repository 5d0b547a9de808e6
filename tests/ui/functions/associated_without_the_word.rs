//! An associated function that looks like a free one.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

impl Doc {
    #[weak_memo]
    fn words(doc: &Arc<Doc>) -> usize {
        doc.text.split(' ').count()
    }
}

fn main() {}
