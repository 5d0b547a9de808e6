//! The stored key of an `Rc` holds a `Weak` of it, and must stay on its thread.

use memo_core::{Local, MemoKey};
use std::rc::Rc;

fn main() {
    let rc = Rc::new(1);
    let stored = MemoKey::<Local>::to_stored(&rc);
    std::thread::spawn(move || drop(stored));
}
