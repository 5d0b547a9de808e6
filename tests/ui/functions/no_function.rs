//! Not a function.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
struct Words {
    doc: Arc<Doc>,
}

fn main() {}
