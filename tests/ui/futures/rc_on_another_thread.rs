//! Results of an `Rc` are those of one thread, and so is the future.

use memo_core::weak_memo;
use std::rc::Rc;

#[weak_memo]
async fn length(text: &Rc<String>) -> usize {
    text.len()
}

fn spawn<F: Future + Send>(_: F) {}

fn main() {
    spawn(length(&Rc::new(String::new())));
}
