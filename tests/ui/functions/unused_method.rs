//! A memoized method that nobody calls is told of, and hides no other of its `impl`.

#![deny(dead_code)]

use memo_core::{Anchored, weak_memo};
use std::sync::Arc;

struct Doc(Anchored<u8>);

impl Doc {
    #[weak_memo]
    fn unused(self: &Arc<Self>) -> u8 {
        *self.0
    }

    #[weak_memo]
    fn used(self: &Arc<Self>) -> u8 {
        *self.0
    }

    fn plain(&self) {}
}

fn main() {
    Arc::new(Doc(Anchored::new(1))).used();
}
