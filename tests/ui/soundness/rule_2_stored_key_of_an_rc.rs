//! What a thread's table keeps of an `Rc` stays on the thread.

use memo_core::MemoKey;
use memo_core::key::Local;
use std::rc::Rc;

fn main() {
    let stored = MemoKey::<Local>::to_stored(&Rc::new(1));
    std::thread::spawn(move || drop(stored));
}
