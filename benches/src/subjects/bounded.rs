//! Caches with a bound, so that dead objects leave by eviction: `moka` (`get` first, which is cheaper than `get_with` on a hit) and
//! `quick_cache` (two racers may both compute).

use std::convert::Infallible;
use std::sync::Arc;

use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache, DefaultLifecycle};
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};
use crate::subject::Reclaims;

#[derive(Debug)]
pub(crate) struct Moka(moka::sync::Cache<Address, u64, FxBuildHasher>);

impl Subject for Moka {
    const NAME: &'static str = "moka";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(moka::sync::Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
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
pub(crate) struct MokaDeep(moka::sync::Cache<Arc<Doc>, u64, FxBuildHasher>);

impl Subject for MokaDeep {
    const NAME: &'static str = "moka, deep";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(moka::sync::Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        self.0.get(doc).unwrap_or_else(|| self.0.get_with(Arc::clone(doc), || doc.derived()))
    }
}

/// In a storm: `get_with`, which computes once.
#[derive(Debug)]
pub(crate) struct MokaStorm(moka::sync::Cache<Address, u64, FxBuildHasher>);

impl Subject for MokaStorm {
    const NAME: &'static str = "moka, get_with";
    const COLUMN: &'static str = Moka::COLUMN;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(moka::sync::Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    fn call(&self, doc: &Arc<Doc>) -> u64 {
        self.0.get_with(Address::pinning(doc), || doc.derived_slowly())
    }
}

#[derive(Debug)]
pub(crate) struct QuickCache(Store<Address>);

pub(super) type Store<Key, Value = u64> = Cache<Key, Value, UnitWeighter, FxBuildHasher>;

pub(super) fn store<Key: Eq + std::hash::Hash, Value: Clone>(room: usize) -> Store<Key, Value> {
    Cache::with(room, room as u64, UnitWeighter, FxBuildHasher, DefaultLifecycle::default())
}

impl Subject for QuickCache {
    const NAME: &'static str = "quick_cache";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(store(room))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        self.0.get(&address(doc)).unwrap_or_else(|| {
            let value = doc.derived();
            self.0.insert(Address::pinning(doc), value);
            value
        })
    }
}

/// By a look at every entry.
impl Reclaims for QuickCache {
    fn reclaim(&self) {
        self.0.retain(|address, _| !address.is_dead());
    }
}

/// Keyed by the object itself.
#[derive(Debug)]
pub(crate) struct QuickCacheDeep(Store<Arc<Doc>>);

impl Subject for QuickCacheDeep {
    const NAME: &'static str = "quick_cache, deep";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(store(room))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        self.0.get(doc).unwrap_or_else(|| {
            let value = doc.derived();
            self.0.insert(Arc::clone(doc), value);
            value
        })
    }
}

/// In a storm: `get_or_insert_with`, which computes once.
#[derive(Debug)]
pub(crate) struct QuickCacheStorm(Store<Address>);

impl Subject for QuickCacheStorm {
    const NAME: &'static str = "quick_cache, get_or_insert_with";
    const COLUMN: &'static str = QuickCache::COLUMN;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(store(room))
    }

    fn call(&self, doc: &Arc<Doc>) -> u64 {
        let value = self.0.get_or_insert_with(&Address::pinning(doc), || Ok::<_, Infallible>(doc.derived_slowly()));
        value.unwrap_or_else(|never| match never {})
    }
}
