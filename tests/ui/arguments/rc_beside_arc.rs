//! An `Rc` beside an `Arc` owner.

use memo_core::weak_memo;
use std::sync::Arc;

struct Doc {
    text: String,
}

use std::rc::Rc;

#[weak_memo]
fn same(doc: &Arc<Doc>, other: &Rc<Doc>) -> bool {
    doc.text == other.text
}

fn main() {}
