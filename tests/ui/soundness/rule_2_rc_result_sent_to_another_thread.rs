//! A result that holds an `Rc`, or lends what is not `Sync`, does not leave its thread.

use memo_core::weak_memo;
use std::rc::Rc;

#[weak_memo]
fn parts(text: &Rc<String>) -> &Rc<str> {
    text.to_lowercase().into()
}

fn main() {
    let text = Rc::new(String::from("A"));
    let lent = parts(&text);
    std::thread::scope(|scope| {
        scope.spawn(move || lent.len());
    });
}
