//! `weak-table`: the one peer that is weak by itself. Not concurrent: a `RefCell` for one thread, a `RwLock` for several
//! (its look-up takes `&self`) and where it is compared with shared memos; a `Mutex` where most calls change it.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use rustc_hash::FxBuildHasher;
use weak_table::PtrWeakKeyHashMap;

use crate::Subject;
use crate::doc::Doc;
use crate::subject::Reclaims;

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

/// For several threads that make and drop: cheaper than a `RwLock`, which is taken twice for a miss.
#[derive(Debug)]
pub(crate) struct InMutex(Mutex<Table>);

impl InMutex {
    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subject for InMutex {
    const NAME: &'static str = "weak-table in a Mutex";
    const COLUMN: &'static str = "weak-table";
    type Object = Arc<Doc>;

    fn new(_room: usize) -> Self {
        Self(Mutex::default())
    }

    #[inline(always)]
    fn call(&self, doc: &Arc<Doc>) -> u64 {
        let mut table = self.table();
        match table.get(doc) {
            Some(found) => *found,
            None => {
                let value = doc.derived();
                table.insert(Arc::clone(doc), value);
                value
            }
        }
    }
}

impl Reclaims for InMutex {
    fn reclaim(&self) {
        self.table().remove_expired();
    }
}
