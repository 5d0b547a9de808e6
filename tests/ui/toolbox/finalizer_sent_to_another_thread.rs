//! The finalizers of an `Rc` stay on its thread, and so do their handles.

use memo_core::weak::finalize;
use std::rc::Rc;

fn main() {
    let finalizer = finalize(&Rc::new(1), |_| ());
    std::thread::spawn(move || finalizer.run());
}
