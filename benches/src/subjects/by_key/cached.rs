//! `cached` with an extra key: without a bound in the form whose hit takes a shared lock alone, and `#[concurrent_cached]`; both
//! with room for a thousand; both for a `String`.

use std::sync::Arc;

use cached::macros::{cached, concurrent_cached};
use cached::{Cached as _, LruCache, UnboundCache};
use rustc_hash::FxBuildHasher;

use super::Kept as _;
use crate::doc::{Doc, address};
use crate::subject::Keyed;
use crate::subjects::cached::{ByAddress, ConcurrentByAddress};

#[cached(
    ty = "UnboundCache<(usize, u32), u64, FxBuildHasher>",
    create = { UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { (address(doc), width) },
    unsync_reads = true
)]
fn unbounded(doc: &Arc<Doc>, width: u32) -> u64 {
    doc.derived_for(width)
}

#[concurrent_cached(key = "(usize, u32)", convert = { (address(doc), width) })]
fn concurrent_unbounded(doc: &Arc<Doc>, width: u32) -> u64 {
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

#[cached(
    ty = "UnboundCache<(usize, u32), String, FxBuildHasher>",
    create = { UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store") },
    convert = { (address(doc), width) },
    unsync_reads = true
)]
fn names(doc: &Arc<Doc>, width: u32) -> String {
    String::derived(doc, width)
}

#[concurrent_cached(key = "(usize, u32)", convert = { (address(doc), width) })]
fn concurrent_names(doc: &Arc<Doc>, width: u32) -> String {
    String::derived(doc, width)
}

/// One function, whose store a fresh subject empties.
macro_rules! keyed {
    ($keyed:ident, $name:literal, column $column:expr, $call:ident, $clear:expr) => {
        #[derive(Debug)]
        pub(crate) struct $keyed;

        impl Keyed for $keyed {
            const NAME: &'static str = $name;
            const COLUMN: &'static str = $column;
            type Object = Arc<Doc>;

            fn new(_room: usize) -> Self {
                $clear;
                Self
            }

            #[inline(always)]
            fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
                $call(doc, width).number()
            }
        }
    };
}

const ONE: &str = <ByAddress as crate::Subject>::COLUMN;
const SHARDED: &str = <ConcurrentByAddress as crate::Subject>::COLUMN;

keyed!(Unbounded, "cached, keyed", column ONE, unbounded, UNBOUNDED.write().cache_clear());
keyed!(ConcurrentUnbounded, "concurrent_cached, keyed", column SHARDED, concurrent_unbounded, CONCURRENT_UNBOUNDED.clear());
keyed!(Bounded, "cached, keyed, 1,000 at most", column ONE, bounded, BOUNDED.write().cache_clear());
keyed!(ConcurrentBounded, "concurrent_cached, keyed, 1,000 at most", column SHARDED, concurrent_bounded, CONCURRENT_BOUNDED.clear());
keyed!(Names, "cached, keyed", column ONE, names, NAMES.write().cache_clear());
keyed!(ConcurrentNames, "concurrent_cached, keyed", column SHARDED, concurrent_names, CONCURRENT_NAMES.clear());
