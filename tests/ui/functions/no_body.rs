//! Nothing to memoize.

use memo_core::weak_memo;

trait Count {
    #[weak_memo]
    fn words(&self) -> usize;
}

fn main() {}
