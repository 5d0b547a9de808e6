//! `moka`: bounded, so that dead objects leave it by eviction; `get` first, which is cheaper than `get_with` on a hit.

use std::sync::Arc;

use moka::sync::Cache;
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};
use crate::keyed::Keyed;
use crate::subject::Reclaims;

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

/// By a look at every entry, and a removal by key. `invalidate_entries_if` would have to be asked for when the cache is built, and
/// each hit then pays for it.
impl Reclaims for Moka {
    fn reclaim(&self) {
        let dead = self.0.iter().filter(|(address, _)| address.is_dead());
        dead.for_each(|(address, _)| self.0.invalidate(&address.get()));
        self.0.run_pending_tasks();
    }
}

/// Keyed by the object itself.
#[derive(Debug)]
pub(crate) struct Deep(Cache<Arc<Doc>, u64, FxBuildHasher>);

impl Subject for Deep {
    const NAME: &'static str = "moka, deep";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        self.0.get(doc).unwrap_or_else(|| self.0.get_with(Arc::clone(doc), || doc.derived()))
    }
}

/// With an extra key. Nothing pins the address: for living objects only.
#[derive(Debug)]
pub(crate) struct ByKey(Cache<(usize, u32), u64, FxBuildHasher>);

impl Keyed for ByKey {
    const NAME: &'static str = "moka, keyed";
    const COLUMN: &'static str = Moka::COLUMN;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        self.0.get(&key).unwrap_or_else(|| self.0.get_with(key, || doc.derived_for(width)))
    }
}

/// In a storm: `get_with`, which computes once.
#[derive(Debug)]
pub(crate) struct Storm(Cache<Address, u64, FxBuildHasher>);

impl Subject for Storm {
    const NAME: &'static str = "moka, get_with";
    const COLUMN: &'static str = Moka::COLUMN;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    fn call(&self, doc: &Arc<Doc>) -> u64 {
        self.0.get_with(Address::pinning(doc), || doc.derived_slowly())
    }
}
