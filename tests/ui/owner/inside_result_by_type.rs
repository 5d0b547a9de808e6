//! A result that holds its own owner, spelt otherwise.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc;
type DocRef = Arc<Doc>;

#[weak_memo]
fn parts(doc: &DocRef) -> Vec<Arc<Doc>> {
    vec![doc.clone()]
}

#[weak_memo]
fn more(doc: &Arc<Doc>) -> Vec<DocRef> {
    vec![doc.clone()]
}

impl Doc {
    #[weak_memo(handle = none)]
    fn all(self: &Arc<Self>) -> (u32, Option<Arc<Doc>>) {
        (1, Some(self.clone()))
    }
}

fn main() {}
