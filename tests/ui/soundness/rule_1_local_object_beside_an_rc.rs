//! `local` does not make an `Rc` legal beside an owner that has its anchor inside.

use memo_core::{Anchored, weak_memo};
use std::rc::Rc;

#[weak_memo(local)]
fn same(doc: &Anchored<String>, other: &Rc<String>) -> bool {
    **doc == **other
}

fn main() {}
