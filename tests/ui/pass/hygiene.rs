//! Everything that a user's crate may forbid or shadow.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused, single_use_lifetimes, unreachable_pub, unused_qualifications)]

mod std {}
mod core {}
#[allow(dead_code)]
mod shadows {
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct Vec;
    pub(super) struct String;
    pub(super) struct Box;
    pub(super) trait Fn {}
    pub(super) trait Hash {}
    pub(super) trait Clone {}
}
#[allow(unused_imports)]
use shadows::*;
#[allow(unused_macros)]
macro_rules! module_path {
    () => { compile_error!("shadowed") };
}

use ::memo_core::{Anchor, HasAnchor, MemoKey, weak_memo};
use ::std::sync::Arc;

/// An object.
#[derive(HasAnchor)]
pub struct Doc {
    anchor: Anchor,
    width: u32,
}

/// A key.
#[derive(MemoKey)]
pub enum Kind<'a, T> {
    /// None of them.
    Nothing,
    /// One.
    One(&'a Arc<T>, u32),
    /// Named.
    Named {
        /// What.
        state: u32,
        /// Which.
        stored: &'a str,
        /// Not.
        #[memo(skip)]
        field0: u8,
    },
}

/// A key by copies.
#[derive(MemoKey)]
pub struct Copies {
    #[memo(value)]
    one: u32,
}

/// By clone, with names of ours.
#[weak_memo(capacity = 8, cache_if = |value| *value > 0)]
pub fn sum(core: &Arc<u32>, place: u32, ticket: u32, op: u32, args: u32, reply: u32, value: u32, key: u32, this: u32) -> u32 {
    **core + place + ticket + op + args + reply + value + key + this
}

/// Parameters called like our static and like the names that we give to patterns.
#[allow(non_snake_case)]
#[weak_memo]
pub fn shouted(FAMILY: &Arc<u32>, arg4: u32, arg1: u32, (a, b): (u32, u32)) -> u32 {
    **FAMILY + arg4 + arg1 + a + b
}

/// Lent.
#[weak_memo(capacity = unbounded)]
pub fn lent<'w>(doc: &'w Doc, other: &'w Arc<u32>, name: &str) -> &'w [u32] {
    ::std::vec::Vec::from([doc.width, **other, u32::try_from(name.len()).unwrap_or(0)])
}

/// Lent or not.
#[weak_memo]
pub fn maybe(doc: &Doc) -> ::core::result::Result<::core::option::Option<&str>, u32> {
    ::core::result::Result::Ok(::core::option::Option::Some(::std::string::String::from("x").repeat(doc.width as usize)))
}

/// Keys.
#[weak_memo]
pub fn kinds(doc: &Doc, kind: &Kind<'_, u32>, copies: Copies) -> u32 {
    let more = match kind {
        Kind::Nothing => 0,
        Kind::One(number, more) => ***number + more,
        Kind::Named { state, stored, field0 } => state + u32::try_from(stored.len()).unwrap_or(0) + u32::from(*field0),
    };
    doc.width + more + copies.one
}

impl Doc {
    /// A method.
    #[weak_memo]
    #[must_use]
    pub fn area(&self, height: u32) -> u32 {
        self.width * height
    }
}

fn main() {
    let number = Arc::new(1);
    let doc = Doc { anchor: Anchor::new(), width: 2 };
    for _ in 0..2 {
        assert_eq!(sum(&number, 1, 1, 1, 1, 1, 1, 1, 1), 9);
        assert_eq!(shouted(&number, 1, 1, (1, 1)), 5);
        assert_eq!(lent(&doc, &number, "abc"), [2, 1, 3]);
        assert!(matches!(maybe(&doc), ::core::result::Result::Ok(::core::option::Option::Some("xx"))));
        assert_eq!(kinds(&doc, &Kind::One(&number, 1), Copies { one: 1 }), 5);
        assert_eq!(kinds(&doc, &Kind::Named { state: 1, stored: "a", field0: 0 }, Copies { one: 1 }), 5);
        assert_eq!(kinds(&doc, &Kind::Nothing, Copies { one: 1 }), 3);
        assert_eq!(doc.area(3), 6);
    }
    assert_eq!(sum_memo().stats().computes, 1);
    assert_eq!(kinds_memo().stats().computes, 3);
}
