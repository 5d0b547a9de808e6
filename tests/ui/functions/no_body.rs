//! Nothing to memoize.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

trait Count {
    #[weak_memo(handle = none)]
    fn words(&self) -> usize;
}

fn main() {}
