//! An `Rc` inside an option, beside an `Arc` owner.

use memo_core::weak_memo;
use std::rc::Rc;
use std::sync::Arc;

#[weak_memo]
fn same(doc: &Arc<String>, other: Option<&Rc<String>>) -> bool {
    other.is_some_and(|other| **doc == **other)
}

fn main() {}
