//! Two owners.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

#[weak_memo]
fn common(#[memo(owner)] a: &Arc<Doc>, #[memo(owner)] b: &Arc<Doc>) -> bool {
    a.text == b.text
}

fn main() {}
