//! Maps and caches that their user calls: a hash map by hand, `dashmap`, `moka` and `quick_cache`. What is found is cloned, as it
//! has to be where a lock is let go.

use std::cell::RefCell;
use std::sync::{Arc, RwLock};

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

use super::Kept;
use crate::Subject;
use crate::doc::{Doc, address};
use crate::subject::Keyed;
use crate::subjects::{bounded, by_hand, maps};

type Key = (usize, u32);

/// A hash map for one thread: the bare table beside which growth is seen.
#[derive(Debug)]
pub(crate) struct Map<V>(RefCell<HashMap<Key, V, FxBuildHasher>>);

impl<V: Kept> Keyed for Map<V> {
    const NAME: &'static str = "HashMap in a RefCell, keyed";
    const COLUMN: &'static str = by_hand::MapInRefCell::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(RefCell::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        let found = self.0.borrow().get(&key).cloned();
        found.unwrap_or_else(|| self.0.borrow_mut().entry(key).or_insert(V::derived(doc, width)).clone()).number()
    }
}

/// The same for several threads.
#[derive(Debug)]
pub(crate) struct MapInRwLock<V>(RwLock<HashMap<Key, V, FxBuildHasher>>);

impl<V: Kept> Keyed for MapInRwLock<V> {
    const NAME: &'static str = "HashMap in a RwLock, keyed";
    const COLUMN: &'static str = by_hand::MapInRwLock::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(RwLock::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        let found = self.0.read().expect("no body panics").get(&key).cloned();
        let insert = || {
            let mut map = self.0.write().expect("no body panics");
            map.entry(key).or_insert_with(|| V::derived(doc, width)).clone()
        };
        found.unwrap_or_else(insert).number()
    }
}

/// `N` memos of one object in one map, each asked in turn: the number of the memo is the extra key.
#[derive(Debug)]
pub(crate) struct MemosOfMap<const N: u64>(Map<u64>);

impl<const N: u64> Subject for MemosOfMap<N> {
    const NAME: &'static str = "HashMap in a RefCell, a memo's number as key";
    const COLUMN: &'static str = Map::<u64>::COLUMN;
    const CALLS: u64 = N;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(Map::new(room))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        (0..N as u32).fold(0, |sum: u64, memo| sum.wrapping_add(self.0.call(std::hint::black_box(doc), memo)))
    }
}

#[derive(Debug)]
pub(crate) struct DashMap<V>(dashmap::DashMap<Key, V, FxBuildHasher>);

impl<V: Kept> Keyed for DashMap<V> {
    const NAME: &'static str = "dashmap, keyed";
    const COLUMN: &'static str = maps::DashMap::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(dashmap::DashMap::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        if let Some(found) = self.0.get(&key) {
            return found.clone().number();
        }
        self.0.entry(key).or_insert_with(|| V::derived(doc, width)).clone().number()
    }
}

#[derive(Debug)]
pub(crate) struct Moka(moka::sync::Cache<Key, u64, FxBuildHasher>);

impl Keyed for Moka {
    const NAME: &'static str = "moka, keyed";
    const COLUMN: &'static str = bounded::Moka::COLUMN;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(moka::sync::Cache::builder().max_capacity(room as u64).build_with_hasher(FxBuildHasher))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        self.0.get(&key).unwrap_or_else(|| self.0.get_with(key, || doc.derived_for(width)))
    }
}

pub(crate) struct QuickCache<V>(bounded::Store<Key, V>);

impl<V: Kept> Keyed for QuickCache<V> {
    const NAME: &'static str = "quick_cache, keyed";
    const COLUMN: &'static str = bounded::QuickCache::COLUMN;
    type Object = Arc<Doc>;

    fn new(room: usize) -> Self {
        Self(bounded::store(room))
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let key = (address(doc), width);
        let found = self.0.get(&key).unwrap_or_else(|| {
            let value = V::derived(doc, width);
            self.0.insert(key, value.clone());
            value
        });
        found.number()
    }
}
