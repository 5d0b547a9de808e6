//! An object with an anchor of one thread is not borrowed by another.

use memo_core::{LocalAnchored, weak_memo};
use std::rc::Rc;

#[weak_memo]
fn parts(text: &LocalAnchored<String>) -> &Rc<str> {
    text.to_lowercase().into()
}

fn main() {
    let text = LocalAnchored::new(String::from("A"));
    std::thread::scope(|scope| {
        scope.spawn(|| parts(&text).len());
    });
}
