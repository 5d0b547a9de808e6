//! What the messages on `context = ..` say to write.

#![deny(warnings, unsafe_code)]

use memo_core::{MemoKey, weak_memo};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

#[derive(MemoKey, PartialEq)]
struct Locale(&'static str);

static NUMBER: AtomicU8 = AtomicU8::new(0);

fn locale() -> Option<Locale> {
    match NUMBER.load(Relaxed) {
        0 => None,
        1 => Some(Locale("en")),
        _ => Some(Locale("de")),
    }
}

#[weak_memo(context = locale())]
fn greeting(name: &Arc<String>) -> String {
    format!("{} {name}", locale().map_or("?", |locale| locale.0))
}

#[weak_memo(context = (locale(), name.len(), by), capacity = unbounded)]
fn lent(name: &Arc<String>, #[memo(skip)] by: &mut u8) -> &str {
    *by += 1;
    format!("{} {name}", locale().map_or("?", |locale| locale.0))
}

trait Greets {
    fn greets(&self, of: &Arc<String>) -> usize;
}

impl Greets for u8 {
    #[weak_memo(handle = none, context = *self, owner = of, skip(self), capacity = 1)]
    fn greets(&self, of: &Arc<String>) -> usize {
        of.len() + usize::from(*self)
    }
}

fn main() {
    let name = Arc::new("x".to_owned());
    for number in [0, 1, 2, 0] {
        NUMBER.store(number, Relaxed);
        let locale = ["?", "en", "de"][usize::from(number)];
        assert_eq!((greeting(&name), lent(&name, &mut 0)), (format!("{locale} x"), &*format!("{locale} x")));
    }
    assert_eq!((greeting_memo().stats().hits, greeting_memo().len(), lent_memo().len()), (1, 3, 3));
    assert_eq!((5_u8.greets(&name), 6_u8.greets(&name)), (6, 7));
}
