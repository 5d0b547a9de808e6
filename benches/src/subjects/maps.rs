//! Concurrent maps without a bound, so that the user forgets dead objects by hand: `dashmap` and `papaya`.
//!
//! In `papaya` two racers may both compute, and it resizes while blocking. In its default mode only further inserts finish a resize, and
//! until then a hit looks in both tables: some 100 ns instead of 10 in a bench that only hits.

use std::sync::Arc;

use papaya::ResizeMode;
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};
use crate::subject::Reclaims;

#[derive(Debug)]
pub(crate) struct DashMap(dashmap::DashMap<Address, u64, FxBuildHasher>);

impl Subject for DashMap {
    const NAME: &'static str = "dashmap";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(dashmap::DashMap::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        if let Some(found) = self.0.get(&address(doc)) {
            return *found;
        }
        *self.0.entry(Address::pinning(doc)).or_insert_with(|| doc.derived())
    }

    fn forget(&self, doc: &Arc<Doc>) {
        self.0.remove(&address(doc));
    }
}

/// By a look at every entry.
impl Reclaims for DashMap {
    fn reclaim(&self) {
        self.0.retain(|address, _| !address.is_dead());
    }
}

/// In a storm: `entry` computes under the lock of the shard, once.
#[derive(Debug)]
pub(crate) struct DashMapStorm(dashmap::DashMap<Address, u64, FxBuildHasher>);

impl Subject for DashMapStorm {
    const NAME: &'static str = "dashmap, entry";
    const COLUMN: &'static str = DashMap::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(dashmap::DashMap::default())
    }

    fn call(&self, doc: &Arc<Doc>) -> u64 {
        if let Some(found) = self.0.get(&address(doc)) {
            return *found;
        }
        *self.0.entry(Address::pinning(doc)).or_insert_with(|| doc.derived_slowly())
    }

    fn forget(&self, doc: &Arc<Doc>) {
        self.0.remove(&address(doc));
    }
}

#[derive(Debug)]
pub(crate) struct Papaya(papaya::HashMap<Address, u64, FxBuildHasher>);

impl Subject for Papaya {
    const NAME: &'static str = "papaya";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(papaya::HashMap::builder().hasher(FxBuildHasher).resize_mode(ResizeMode::Blocking).build())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        let map = self.0.pin();
        match map.get(&address(doc)) {
            Some(found) => *found,
            None => *map.get_or_insert_with(Address::pinning(doc), || doc.derived()),
        }
    }

    fn forget(&self, doc: &Arc<Doc>) {
        self.0.pin().remove(&address(doc));
    }
}
