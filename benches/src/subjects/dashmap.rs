//! `dashmap`: unbounded, so that the user forgets dead objects by hand.

use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};
use crate::keyed::Keyed;
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

/// With an extra key. Nothing pins the address: for hits on living objects only.
#[derive(Debug)]
pub(crate) struct ByKey(dashmap::DashMap<(usize, u32), u64, FxBuildHasher>);

impl Keyed for ByKey {
    const NAME: &'static str = "dashmap, keyed";
    const COLUMN: &'static str = DashMap::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(dashmap::DashMap::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        if let Some(found) = self.0.get(&key) {
            return *found;
        }
        *self.0.entry(key).or_insert_with(|| doc.derived_for(width))
    }
}

/// In a storm: `entry` computes under the lock of the shard, once.
#[derive(Debug)]
pub(crate) struct Storm(dashmap::DashMap<Address, u64, FxBuildHasher>);

impl Subject for Storm {
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
