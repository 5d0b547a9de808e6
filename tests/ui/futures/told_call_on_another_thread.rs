//! The future of a call by the handle is `Send` where the function's own is.

use memo_core::weak_memo;
use std::rc::Rc;

#[weak_memo]
async fn length(text: &Rc<String>) -> usize {
    text.len()
}

fn sends(_: impl Send) {}

fn main() {
    sends(length_memo().call(&Rc::new(String::new())));
}
