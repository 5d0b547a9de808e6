//! The map that people write by hand, from the object's address. The user forgets dead objects by hand.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::sync::{Arc, RwLock};

use hashbrown::{HashMap, HashTable};
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, address};
use crate::keyed::Keyed;

fn hash(address: usize) -> u64 {
    FxBuildHasher.hash_one(address)
}

/// The bare form, for one thread: a `RefCell` round a hash table.
#[derive(Debug)]
pub(crate) struct InRefCell(RefCell<HashTable<(Address, u64)>>);

impl Subject for InRefCell {
    const NAME: &'static str = "HashTable in a RefCell";
    const COLUMN: &'static str = "HashMap";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(RefCell::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        let key = address(doc);
        let found = self.0.borrow().find(hash(key), |(at, _)| at.get() == key).map(|(_, value)| *value);
        found.unwrap_or_else(|| {
            let value = doc.derived();
            self.0.borrow_mut().insert_unique(hash(key), (Address::pinning(doc), value), |(at, _)| hash(at.get()));
            value
        })
    }

    fn forget(&self, doc: &Arc<Doc>) {
        let key = address(doc);
        if let Ok(entry) = self.0.borrow_mut().find_entry(hash(key), |(at, _)| at.get() == key) {
            entry.remove();
        }
    }
}

/// The same for several threads: a `RwLock` round a hash map.
#[derive(Debug)]
pub(crate) struct InRwLock(RwLock<HashMap<Address, u64, FxBuildHasher>>);

impl Subject for InRwLock {
    const NAME: &'static str = "HashMap in a RwLock";
    const COLUMN: &'static str = "HashMap";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(RwLock::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        let found = self.0.read().expect("no body panics").get(&address(doc)).copied();
        found.unwrap_or_else(|| {
            *self.0.write().expect("no body panics").entry(Address::pinning(doc)).or_insert_with(|| doc.derived())
        })
    }

    fn forget(&self, doc: &Arc<Doc>) {
        self.0.write().expect("no body panics").remove(&address(doc));
    }
}

/// With an extra key, for one thread. Nothing pins the address: for hits on living objects only.
#[derive(Debug)]
pub(crate) struct ByKey(RefCell<HashMap<(usize, u32), u64, FxBuildHasher>>);

impl Keyed for ByKey {
    const NAME: &'static str = "HashMap in a RefCell, keyed";
    const COLUMN: &'static str = InRefCell::COLUMN;
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(RefCell::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>, width: u32) -> u64 {
        let found = self.0.borrow().get(&(address(doc), width)).copied();
        found.unwrap_or_else(|| *self.0.borrow_mut().entry((address(doc), width)).or_insert(doc.derived_for(width)))
    }
}
