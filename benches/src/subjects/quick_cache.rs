//! `quick_cache`: bounded, so that dead objects leave it by eviction. Two racers may both compute.

use std::convert::Infallible;
use std::sync::Arc;

use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache, DefaultLifecycle};
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};
use crate::keyed::Keyed;
use crate::subject::Reclaims;

#[derive(Debug)]
pub(crate) struct QuickCache(Store<Address>);

type Store<Key> = Cache<Key, u64, UnitWeighter, FxBuildHasher>;

fn store<Key: Eq + std::hash::Hash>(room: usize) -> Store<Key> {
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
pub(crate) struct Deep(Store<Arc<Doc>>);

impl Subject for Deep {
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

/// With an extra key. Nothing pins the address: for living objects only.
#[derive(Debug)]
pub(crate) struct ByKey(Store<(usize, u32)>);

impl Keyed for ByKey {
    const NAME: &'static str = "quick_cache, keyed";
    const COLUMN: &'static str = QuickCache::COLUMN;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(store(room))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        self.0.get(&key).unwrap_or_else(|| {
            let value = doc.derived_for(width);
            self.0.insert(key, value);
            value
        })
    }
}

/// In a storm: `get_or_insert_with`, which computes once.
#[derive(Debug)]
pub(crate) struct Storm(Store<Address>);

impl Subject for Storm {
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
