//! A stored copy of an argument that is thread-bound.

use memo_core::weak_memo;
use std::rc::Rc;
use std::sync::Arc;

#[weak_memo]
fn same(doc: &Arc<String>, #[memo(value)] other: Rc<String>) -> bool {
    **doc == *other
}

fn main() {}
