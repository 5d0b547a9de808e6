//! Our traits in scope take no method away from the types of std's that are keys and owners, nor from another trait's.

#![deny(warnings)]

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, LinkedList, VecDeque};
use std::ffi::{CString, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use memo_core::key::{Owner, Scope, Shared};
use memo_core::{Anchor, HasAnchor, MemoKey};

/// What finds the first text, and would as well be an owner.
fn first<O: Owner + Iterator<Item = u8>>(mut owner: O) -> Option<u8> {
    owner.find(|byte| *byte > 1)
}

/// What makes something, as a builder does.
trait Builder {
    fn make(&self, size: usize) -> usize;
    fn matches(&self, other: &str) -> bool;
}

impl Builder for Arc<str> {
    fn make(&self, size: usize) -> usize {
        self.len() + size
    }
    fn matches(&self, other: &str) -> bool {
        **self == *other
    }
}

fn made<O: Owner + Builder>(owner: &O) -> usize {
    owner.make(1)
}

#[derive(HasAnchor)]
struct Bytes {
    left: Cell<u8>,
    anchor: Anchor,
}

impl Iterator for Bytes {
    type Item = u8;
    fn next(&mut self) -> Option<u8> {
        self.left.replace(self.left.get().checked_sub(1)?).into()
    }
}

/// All that a key does itself.
fn itself<S: Scope, K: MemoKey<S>>(key: &K) -> bool {
    key.matches_stored(&key.to_stored())
}

fn main() {
    let text = String::from("a ab abc");
    assert_eq!(text.matches("ab").count(), 2);
    assert_eq!(text.as_str().matches('a').count(), 3);
    assert_eq!((&&text).matches(char::is_whitespace).count(), 2);
    assert_eq!(Cow::from("aa").matches("a").count(), 2);
    assert_eq!(text.clone().into_boxed_str().matches("a").count(), 3);
    assert_eq!(Rc::<str>::from("aa").matches("a").count(), 2);
    assert_eq!(text.find("ab"), Some(2));
    assert!("ab".matches("b").eq(["b"]));

    let shared: Arc<str> = Arc::from("ab");
    assert!(Builder::matches(&shared, "ab") && shared.matches("ab") && made(&shared) == 3);
    assert_eq!(first(Bytes { left: Cell::new(3), anchor: Anchor::new() }), Some(3));

    assert_eq!(Path::new("a/b").join("c"), PathBuf::from("a/b/c"));
    assert_eq!((OsString::from("a").len(), CString::from(c"a").count_bytes()), (1, 1));
    assert_eq!(Duration::from_secs(1).as_millis(), 1000);
    assert!(matches!(Some(1).filter(|one| *one > 1), None));
    assert_eq!((vec![1, 2].first(), VecDeque::from([1]).front(), LinkedList::from([1]).back()), (Some(&1), Some(&1), Some(&1)));
    assert_eq!((BTreeMap::from([(1, 2)]).get(&1), BTreeSet::from([1]).first()), (Some(&2), Some(&1)));
    assert!(itself::<Shared, _>(&text) && itself::<Shared, _>(&1.5));
}
