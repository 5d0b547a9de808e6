//! `quick_cache`: bounded, so that dead objects leave it by eviction. Two racers may both compute.

use std::sync::Arc;

use quick_cache::UnitWeighter;
use quick_cache::sync::{Cache, DefaultLifecycle};
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};

#[derive(Debug)]
pub(crate) struct QuickCache(Cache<Address, u64, UnitWeighter, FxBuildHasher>);

impl Subject for QuickCache {
    const NAME: &'static str = "quick_cache";
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(Cache::with(room, room as u64, UnitWeighter, FxBuildHasher, DefaultLifecycle::default()))
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
