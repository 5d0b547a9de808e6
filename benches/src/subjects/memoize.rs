//! `memoize`: a table per thread, the crate's default and its fastest.
//!
//! By address nothing pins the address and no entry can be taken out alone, so that it cannot stay right through the lives
//! of many objects; there the bounded deep form stands for the crate.

use std::sync::Arc;

use memoize::memoize;
use rustc_hash::FxHashMap;

use crate::Subject;
use crate::doc::{Doc, address};

#[memoize(Ignore: doc, CustomHasher: FxHashMap, HasherInit: FxHashMap::default())]
fn by_address(_at: usize, doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

#[memoize]
fn deep(doc: Arc<Doc>) -> u64 {
    doc.derived()
}

#[memoize(Capacity: 1000)]
fn deep_bounded(doc: Arc<Doc>) -> u64 {
    doc.derived()
}

/// `#[memoize]`, keyed by address.
#[derive(Debug)]
pub(crate) struct ByAddress;

impl Subject for ByAddress {
    const NAME: &'static str = "memoize";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        memoized_flush_by_address();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        by_address(address(doc), doc)
    }
}

/// `#[memoize]`, keyed by the object itself. Keeps every object alive.
#[derive(Debug)]
pub(crate) struct Deep;

impl Subject for Deep {
    const NAME: &'static str = "memoize, deep";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        memoized_flush_deep();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        deep(Arc::clone(doc))
    }
}

/// The same with a bound of 1,000.
#[derive(Debug)]
pub(crate) struct DeepBounded;

impl Subject for DeepBounded {
    const NAME: &'static str = "memoize, deep, 1,000 at most";
    const COLUMN: &'static str = Deep::NAME;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        memoized_flush_deep_bounded();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        deep_bounded(Arc::clone(doc))
    }
}

/// The unbounded one under a name that says what it does while objects come and go.
#[derive(Debug)]
pub(crate) struct DeepUnbounded;

impl Subject for DeepUnbounded {
    const NAME: &'static str = "memoize, deep, unbounded";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Deep::new(room);
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        deep(Arc::clone(doc))
    }
}
