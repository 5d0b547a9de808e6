//! `cached`: `#[cached]` with `unsync_reads` (its fastest hit, a shared lock and one look-up) and `#[concurrent_cached]` (sharded).
//!
//! By address the key is a plain `usize`: a key that pins the address would be cloned on every hit. Nothing pins the
//! address then, so that these are right only because the benches [`forget`](Subject::forget) each object by hand. In a storm `sync_writes`, in both of its forms, makes callers of one missing entry wait for one compute.

use std::sync::Arc;

use cached::macros::{cached, concurrent_cached};
use cached::{Cached as _, UnboundCache};
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Doc, address};

#[cached(
    ty = "UnboundCache<usize, u64, FxBuildHasher>",
    create = { UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { address(doc) },
    unsync_reads = true
)]
fn by_address(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

#[concurrent_cached(key = "usize", convert = { address(doc) })]
fn concurrent_by_address(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

#[cached(key = "Arc<Doc>", convert = { Arc::clone(doc) }, unsync_reads = true)]
fn deep(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

#[cached(key = "Arc<Doc>", convert = { Arc::clone(doc) }, max_size = 1000)]
fn deep_bounded(doc: &Arc<Doc>) -> u64 {
    doc.derived()
}

/// `#[cached]`, keyed by address.
#[derive(Debug)]
pub(crate) struct ByAddress;

impl Subject for ByAddress {
    const NAME: &'static str = "cached";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        BY_ADDRESS.write().cache_clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        by_address(doc)
    }

    fn forget(&self, doc: &Arc<Doc>) {
        let _value = BY_ADDRESS.write().cache_remove(&address(doc));
    }
}

/// `#[concurrent_cached]`, keyed by address. Its macro takes no hasher for a function that returns a plain value.
#[derive(Debug)]
pub(crate) struct ConcurrentByAddress;

impl Subject for ConcurrentByAddress {
    const NAME: &'static str = "concurrent_cached";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        CONCURRENT_BY_ADDRESS.clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        concurrent_by_address(doc)
    }

    fn forget(&self, doc: &Arc<Doc>) {
        let _value = CONCURRENT_BY_ADDRESS.remove(&address(doc));
    }
}

/// `#[cached]`, keyed by the object itself, as the macro does unless told otherwise. Keeps every object alive.
#[derive(Debug)]
pub(crate) struct Deep;

impl Subject for Deep {
    const NAME: &'static str = "cached, deep";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        DEEP.write().cache_clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        deep(doc)
    }
}

/// The same with a bound of 1,000, which a hit pays for with the write lock.
#[derive(Debug)]
pub(crate) struct DeepBounded;

impl Subject for DeepBounded {
    const NAME: &'static str = "cached, deep, 1,000 at most";
    const COLUMN: &'static str = Deep::NAME;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        DEEP_BOUNDED.write().cache_clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        deep_bounded(doc)
    }
}

/// The unbounded one under a name that says what it does while objects come and go.
#[derive(Debug)]
pub(crate) struct DeepUnbounded;

impl Subject for DeepUnbounded {
    const NAME: &'static str = "cached, deep, unbounded";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Deep::new(room);
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        deep(doc)
    }
}

#[cached(
    ty = "UnboundCache<usize, u64, FxBuildHasher>",
    create = { UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { address(doc) },
    sync_writes = true,
    unsync_reads = true
)]
fn whole(doc: &Arc<Doc>) -> u64 {
    doc.derived_slowly()
}

#[cached(
    ty = "UnboundCache<usize, u64, FxBuildHasher>",
    create = { UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { address(doc) },
    sync_writes = "by_key",
    unsync_reads = true
)]
fn by_key(doc: &Arc<Doc>) -> u64 {
    doc.derived_slowly()
}

/// One lock for the whole store: a compute holds up every other caller.
#[derive(Debug)]
pub(crate) struct Whole;

impl Subject for Whole {
    const NAME: &'static str = "cached, sync_writes";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        WHOLE.write().cache_clear();
        Self
    }

    fn call(&self, doc: &Arc<Doc>) -> u64 {
        whole(doc)
    }

    fn forget(&self, doc: &Arc<Doc>) {
        let _value = WHOLE.write().cache_remove(&address(doc));
    }
}

/// A lock for each of several sets of keys.
#[derive(Debug)]
pub(crate) struct ByKey;

impl Subject for ByKey {
    const NAME: &'static str = "cached, sync_writes by_key";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        BY_KEY.write().cache_clear();
        Self
    }

    fn call(&self, doc: &Arc<Doc>) -> u64 {
        by_key(doc)
    }

    fn forget(&self, doc: &Arc<Doc>) {
        let _value = BY_KEY.write().cache_remove(&address(doc));
    }
}
