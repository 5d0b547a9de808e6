//! A result that other threads could reach, and must not.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

use std::rc::Rc;

#[weak_memo]
fn layout(doc: &Arc<Doc>) -> Rc<usize> {
    Rc::new(doc.text.len())
}

fn main() {}
