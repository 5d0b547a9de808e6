//! A method of something without an anchor.

use memo_core::weak_memo;

struct Doc {
    text: String,
}

impl Doc {
    #[weak_memo]
    fn words(&self) -> usize {
        self.text.split(' ').count()
    }
}

fn main() {}
