//! A receiver is told by whichever thread sends.

use memo_core::weak::Signal;
use std::cell::Cell;
use std::sync::Arc;

fn main() {
    let saved: Signal<str> = Signal::new();
    let times = Arc::new(Cell::new(0));
    saved.connect(&times, |times, _| times.set(times.get() + 1));
}
