//! A finalizer may run later than what it borrows.

use memo_core::weak::finalize;
use std::sync::Arc;

fn main() {
    let object = Arc::new(1);
    let mut ran = false;
    finalize(&object, |_| ran = true);
    drop(object);
}
