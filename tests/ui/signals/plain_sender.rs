//! A sender has an identity that ends: that of an `Arc`, or of an object with an anchor.

use memo_core::weak::Signal;

struct Model;

fn main() {
    let saved: Signal<str> = Signal::new();
    saved.from(&Model).connect_strong(|_| ());
}
