//! A key expression that keeps what is lent, where the lifetime of the owner has a meaning outside the function.

use memo_core::{Anchored, weak_memo};
use std::cell::RefCell;

struct Log<'d>(RefCell<Vec<&'d str>>);

impl<'d> Log<'d> {
    fn key(&self, text: &'d Anchored<String>) -> u8 {
        self.0.borrow_mut().extend(Self::upper_memo().get((text, self)));
        1
    }

    #[weak_memo(associated, capacity = unbounded)]
    fn upper(#[memo(owner)] text: &'d Anchored<String>, #[memo(key = log.key(text))] log: &Log<'d>) -> &'d str {
        text.to_uppercase()
    }
}

fn main() {
    let mut text = Anchored::new(String::from("a"));
    let log = Log(RefCell::default());
    Log::upper_memo().take((&mut text, &log));
    assert_eq!(log.0.borrow()[0], "A");
}
