//! Several objects in one key: a bare hash table keyed by all their addresses.

use std::cell::RefCell;
use std::sync::Arc;

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Doc, address};
use crate::subjects::by_hand::MapInRefCell;

/// For one thread.
#[derive(Debug)]
pub(crate) struct TupleMap<const N: usize>(RefCell<HashMap<[usize; N], u64, FxBuildHasher>>);

fn key<const N: usize>(docs: &[Arc<Doc>; N]) -> [usize; N] {
    docs.each_ref().map(address)
}

impl<const N: usize> Subject for TupleMap<N> {
    const NAME: &'static str = "HashMap in a RefCell, several objects";
    const COLUMN: &'static str = MapInRefCell::COLUMN;
    type Object = [Arc<Doc>; N];

    fn new(_room: usize) -> Self {
        Self(RefCell::default())
    }

    #[inline(always)]
    fn call(&self, docs: &[Arc<Doc>; N]) -> u64 {
        let found = self.0.borrow().get(&key(docs)).copied();
        found.unwrap_or_else(|| *self.0.borrow_mut().entry(key(docs)).or_insert(docs[0].derived()))
    }

    fn forget(&self, docs: &[Arc<Doc>; N]) {
        self.0.borrow_mut().remove(&key(docs));
    }
}
