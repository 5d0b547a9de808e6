//! A finalizer of an `Arc` may run on any thread.

use memo_core::weak::finalize;
use std::rc::Rc;
use std::sync::Arc;

fn main() {
    let count = Rc::new(1);
    finalize(&Arc::new(1), move |_| drop(count));
}
