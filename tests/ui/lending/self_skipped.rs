//! Rust would bind the result to `self`.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

impl Doc {
    #[weak_memo]
    fn lower(#[memo(skip)] &self, doc: &Arc<Doc>) -> &str {
        doc.text.to_lowercase() + &self.text
    }
}

fn main() {}
