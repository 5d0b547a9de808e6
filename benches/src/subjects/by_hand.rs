//! What people write by hand: nothing, which shows what an object's life costs without remembering; a `OnceLock` field, the floor;
//! and a map from the object's address, of which the user forgets dead objects.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::rc::Rc;
use std::sync::{Arc, OnceLock, RwLock};

use hashbrown::{HashMap, HashTable};
use rustc_hash::FxBuildHasher;

use crate::Subject;
use crate::doc::{Address, Doc, Object, address};

/// The bare body on an `Arc`.
#[derive(Debug)]
pub(crate) struct Bare;

impl Subject for Bare {
    const NAME: &'static str = "bare";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        doc.derived()
    }
}

/// The bare body on an `Rc`.
#[derive(Debug)]
pub(crate) struct BareRc;

impl Subject for BareRc {
    const NAME: &'static str = "bare Rc";
    type Object = Rc<Doc>;

    fn new(_room: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn call(&self, doc: &Rc<Doc>) -> u64 {
        doc.derived()
    }
}

#[derive(Debug)]
pub(crate) struct FieldDoc {
    doc: Doc,
    derived: OnceLock<u64>,
}

impl Object for Arc<FieldDoc> {
    fn create(seed: u64, text_len: usize) -> Self {
        Arc::new(FieldDoc { doc: Doc::new(seed, text_len), derived: OnceLock::new() })
    }
}

#[derive(Debug)]
pub(crate) struct Field;

impl Subject for Field {
    const NAME: &'static str = "field";
    type Object = Arc<FieldDoc>;

    fn new(_room: usize) -> Self {
        Self
    }

    #[inline(always)]
    fn call(&self, object: &Arc<FieldDoc>) -> u64 {
        *object.derived.get_or_init(|| object.doc.derived())
    }
}

/// In a storm: `OnceLock` computes once by itself.
#[derive(Debug)]
pub(crate) struct FieldStorm;

impl Subject for FieldStorm {
    const NAME: &'static str = "field, storm";
    const COLUMN: &'static str = Field::COLUMN;
    type Object = Arc<FieldDoc>;

    fn new(_room: usize) -> Self {
        Self
    }

    fn call(&self, object: &Arc<FieldDoc>) -> u64 {
        *object.derived.get_or_init(|| object.doc.derived_slowly())
    }
}

fn hash(address: usize) -> u64 {
    FxBuildHasher.hash_one(address)
}

/// The bare form, for one thread: a `RefCell` round a hash table.
#[derive(Debug)]
pub(crate) struct MapInRefCell(RefCell<HashTable<(Address, u64)>>);

impl Subject for MapInRefCell {
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
pub(crate) struct MapInRwLock(RwLock<HashMap<Address, u64, FxBuildHasher>>);

impl Subject for MapInRwLock {
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
