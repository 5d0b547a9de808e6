//! A type parameter whose bound is for memos of all threads, beside an `Rc`.

use memo_core::{MemoKey, weak_memo};
use std::rc::Rc;

#[weak_memo]
fn part<K: MemoKey>(text: &Rc<String>, key: &K) -> usize {
    let _ = key;
    text.len()
}

fn main() {}
