//! Results of an `Rc` are its thread's: no other thread can ask for them.

use memo_core::weak_memo;
use std::rc::Rc;

#[weak_memo]
fn lower(text: &Rc<String>) -> Rc<str> {
    text.to_lowercase().into()
}

fn main() {
    let text = Rc::new(String::from("A"));
    lower(&text);
    std::thread::scope(|scope| {
        scope.spawn(|| lower(&text).len());
    });
}
