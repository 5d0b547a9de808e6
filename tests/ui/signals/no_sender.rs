//! Where there is no sender, that is said by name.

use memo_core::weak::Signal;

fn main() {
    let saved: Signal<str> = Signal::new();
    saved.send(&(), "a title");
}
