//! An `Rc` is of one thread, and a signal of all.

use memo_core::weak::Signal;
use std::rc::Rc;

static SAVED: Signal<str> = Signal::new();

fn main() {
    SAVED.send(&Rc::new(1), "a title");
}
