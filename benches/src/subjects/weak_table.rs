//! `weak-table`: the one peer that is weak by itself. Not concurrent: a `RefCell` for one thread, a `RwLock` for several
//! (its look-up takes `&self`) and where it is compared with shared memos.

use std::cell::RefCell;
use std::sync::{Arc, RwLock, Weak};

use rustc_hash::FxBuildHasher;
use weak_table::PtrWeakKeyHashMap;

use crate::Subject;
use crate::doc::Doc;

type Table = PtrWeakKeyHashMap<Weak<Doc>, u64, FxBuildHasher>;

/// For one thread.
#[derive(Debug)]
pub(crate) struct InRefCell(RefCell<Table>);

impl Subject for InRefCell {
    const NAME: &'static str = "weak-table in a RefCell";
    const COLUMN: &'static str = "weak-table";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(RefCell::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        let found = self.0.borrow().get(doc).copied();
        found.unwrap_or_else(|| {
            let value = doc.derived();
            self.0.borrow_mut().insert(Arc::clone(doc), value);
            value
        })
    }
}

/// For several threads.
#[derive(Debug)]
pub(crate) struct InRwLock(RwLock<Table>);

impl Subject for InRwLock {
    const NAME: &'static str = "weak-table in a RwLock";
    const COLUMN: &'static str = "weak-table";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(RwLock::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        let found = self.0.read().expect("no body panics").get(doc).copied();
        found.unwrap_or_else(|| {
            let value = doc.derived();
            self.0.write().expect("no body panics").insert(Arc::clone(doc), value);
            value
        })
    }
}
