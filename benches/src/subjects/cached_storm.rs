//! `cached` in a storm: `sync_writes`, in both of its forms, makes callers of one missing entry wait for one compute.

use std::sync::Arc;

use cached::macros::cached;
use cached::{Cached as _, UnboundCache};
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Doc, address};

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
