//! An `Rc` beside an owner with its anchor inside: the object may move to another thread, and the entry with it.

use memo_core::{Anchored, weak_memo};
use std::rc::Rc;

#[weak_memo]
fn same(doc: &Anchored<String>, other: &Rc<String>) -> bool {
    **doc == **other
}

fn main() {}
