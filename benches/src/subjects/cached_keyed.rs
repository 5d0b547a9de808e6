//! `cached` with an extra key, unbounded and with room for a thousand. Nothing pins the address: for living objects only.

use std::sync::Arc;

use cached::macros::{cached, concurrent_cached};
use cached::{Cached as _, LruCache, UnboundCache};
use rustc_hash::FxBuildHasher;

use super::cached::{ByAddress, ConcurrentByAddress};
use crate::Subject;
use crate::doc::{Doc, address};
use crate::keyed::Keyed;

#[cached(
    ty = "UnboundCache<(usize, u32), u64, FxBuildHasher>",
    create = { UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { (address(doc), width) },
    unsync_reads = true
)]
fn unbounded(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[cached(
    ty = "LruCache<(usize, u32), u64, FxBuildHasher>",
    create = { LruCache::builder().max_size(1000).hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { (address(doc), width) }
)]
fn bounded(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[concurrent_cached(key = "(usize, u32)", convert = { (address(doc), width) }, max_size = 1000)]
fn concurrent_bounded(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

/// `#[cached]` without a bound.
#[derive(Debug)]
pub(crate) struct Unbounded;

impl Keyed for Unbounded {
    const NAME: &'static str = "cached, keyed";
    const COLUMN: &'static str = ByAddress::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        UNBOUNDED.write().cache_clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        unbounded(doc, width)
    }
}

/// `#[cached]` with its store of the least recently used, which a hit writes to.
#[derive(Debug)]
pub(crate) struct Bounded;

impl Keyed for Bounded {
    const NAME: &'static str = "cached, keyed, 1,000 at most";
    const COLUMN: &'static str = ByAddress::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        BOUNDED.write().cache_clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        bounded(doc, width)
    }
}

/// `#[concurrent_cached]` with the same bound, spread over its shards.
#[derive(Debug)]
pub(crate) struct ConcurrentBounded;

impl Keyed for ConcurrentBounded {
    const NAME: &'static str = "concurrent_cached, keyed, 1,000 at most";
    const COLUMN: &'static str = ConcurrentByAddress::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        CONCURRENT_BOUNDED.clear();
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        concurrent_bounded(doc, width)
    }
}
