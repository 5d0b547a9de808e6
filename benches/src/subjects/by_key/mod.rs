//! The peers with an extra key: each keyed by an address and a number, the fastest key there is. Nothing pins the address, so
//! that all of them are for living objects only.

mod cached;
mod stores;
mod tuples;

pub(crate) use cached::{Bounded, ConcurrentBounded, ConcurrentNames, ConcurrentUnbounded, Names, Unbounded};
pub(crate) use stores::{DashMap, Map, MapInRwLock, MemosOfMap, Moka, QuickCache};
pub(crate) use tuples::TupleMap;

use crate::doc::Doc;

/// What is remembered under an extra key.
pub(crate) trait Kept: Clone + Send + Sync + 'static {
    /// The body.
    fn derived(doc: &Doc, width: u32) -> Self;

    /// Something of it, so that it is read.
    fn number(&self) -> u64;
}

impl Kept for u64 {
    #[inline(always)]
    fn derived(doc: &Doc, width: u32) -> Self {
        doc.derived_for(width)
    }

    #[inline(always)]
    fn number(&self) -> u64 {
        *self
    }
}

/// Some twenty letters, which a clone copies into an allocation of its own.
impl Kept for String {
    fn derived(doc: &Doc, width: u32) -> Self {
        doc.derived_for(width).to_string()
    }

    #[inline(always)]
    fn number(&self) -> u64 {
        self.len() as u64
    }
}
