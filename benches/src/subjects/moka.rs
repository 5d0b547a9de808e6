//! `moka`: bounded, so that dead objects leave it by eviction; `get` first, which is cheaper than `get_with` on a hit.

use std::sync::Arc;

use moka::sync::Cache;
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};

#[derive(Debug)]
pub(crate) struct Moka(Cache<Address, u64, FxBuildHasher>);

impl Subject for Moka {
    const NAME: &'static str = "moka";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        self.0.get(&address(doc)).unwrap_or_else(|| self.0.get_with(Address::pinning(doc), || doc.derived()))
    }
}
