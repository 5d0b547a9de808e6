//! Items of a module may go by the plain names that an expansion would give its own variables: as a pattern, such a name would be
//! the item.

#![allow(non_camel_case_types, non_upper_case_globals, dead_code)]
#![deny(warnings)]

macro_rules! items {
    ($($name:ident)*) => { $(pub struct $name;)* };
}
items! { core place value args reply op answer error owner ticket stored state field0 stored0 arg1 arg2 arg3 this other visit key }
const FAMILY: usize = 3;

use ::memo_core::{Anchor, HasAnchor, MemoKey, weak_memo};
use ::std::sync::Arc;

#[derive(HasAnchor)]
struct Doc {
    anchor: Anchor,
    width: u32,
}

#[derive(MemoKey)]
struct Pair<T>(T, u32);

#[derive(MemoKey)]
enum Kind {
    Nothing,
    One(u32, #[memo(value)] u32),
}

#[weak_memo]
fn size(text: &Arc<String>) -> usize {
    text.len()
}

#[weak_memo(capacity = FAMILY, cache_if = |sum| *sum > 0)]
fn sum(text: &Arc<String>, (a, b): (usize, usize), #[memo(key = c + 1)] c: usize, #[memo(value)] _: u8) -> usize {
    text.len() + a + b + c
}

#[weak_memo(some_only)]
fn first(text: &Arc<String>, _: &Kind, _: Pair<u8>) -> Option<char> {
    text.chars().next()
}

#[weak_memo]
fn parsed(text: &Arc<String>) -> Result<u32, std::num::ParseIntError> {
    text.parse()
}

#[weak_memo(capacity = unbounded)]
fn lent<'a>(doc: &'a Doc, more: u32) -> Result<&'a u32, String> {
    Ok(doc.width + more)
}

trait Areas {
    fn area(&self, height: u32) -> u32;
    fn lent_area(&self) -> &u32;
    fn counted(self: Arc<Self>, more: u32) -> u32;
}

impl Areas for Doc {
    #[weak_memo(handle = none)]
    fn area(&self, height: u32) -> u32 {
        self.width * height
    }
    #[weak_memo(handle = none)]
    fn lent_area(&self) -> &u32 {
        self.width
    }
    #[weak_memo(handle = none)]
    fn counted(self: Arc<Self>, more: u32) -> u32 {
        self.width + more
    }
}

fn main() {
    let text = Arc::new(String::from("12"));
    let doc = Arc::new(Doc { anchor: Anchor::new(), width: 2 });
    for _ in 0..2 {
        assert_eq!((size(&text), sum(&text, (1, 1), 1, 0), parsed(&text)), (2, 5, Ok(12)));
        assert_eq!((first(&text, &Kind::Nothing, Pair(1, 1)), first(&text, &Kind::One(1, 1), Pair(1, 1))), (Some('1'), Some('1')));
        assert_eq!((lent(&doc, 1), doc.area(2), doc.lent_area(), doc.clone().counted(1)), (Ok(&3), 4, &2, 3));
    }
    assert_eq!((sum_memo().stats().computes, first_memo().stats().computes), (1, 2));
    assert_eq!((lent_memo().get((&doc, 1)), size_memo().refresh(&text)), (Some(Ok(&3)), 2));
}
