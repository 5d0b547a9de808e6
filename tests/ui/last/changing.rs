//! An owner that changes behind its `&`.

use std::cell::RefCell;

use memo_core::{LocalAnchored, weak_memo};

#[weak_memo(last)]
fn rows(text: &mut LocalAnchored<RefCell<String>>, width: usize) -> &usize {
    text.borrow().len() / width
}

fn main() {}
