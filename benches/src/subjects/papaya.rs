//! `papaya`: unbounded, so that the user forgets dead objects by hand. Two racers may both compute.
//!
//! It resizes while blocking. In its default mode only further inserts finish a resize, and until then a hit looks in both
//! tables: some 100 ns instead of 10 in a bench that only hits.

use std::sync::Arc;

use papaya::ResizeMode;
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};

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
