//! The weak maps and interners, and their peers. A map that is not for several threads is asked on one only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use memo_core::weak::{Interner, WeakKeyMap, unsync};
use rustc_hash::FxBuildHasher;
use weak_table::PtrWeakKeyHashMap;

use crate::doc::Doc;

/// A map from objects to numbers that keeps no object alive.
pub(crate) trait WeakMap {
    const NAME: &'static str;

    fn new() -> Self;
    fn insert(&mut self, object: &Arc<Doc>, value: u64);
    fn get(&self, object: &Arc<Doc>) -> Option<u64>;
    /// The sum of the values of the living, with a strong handle of each object.
    fn sum(&self) -> u64;
    /// Gives back what is dead, and the table's memory.
    fn sweep(&mut self);
}

/// One that several threads change at once.
pub(crate) trait SharedWeakMap: WeakMap + Send + Sync {
    fn put(&self, object: &Arc<Doc>, value: u64);
}

/// Ours, for all threads.
impl WeakMap for WeakKeyMap<Arc<Doc>, u64> {
    const NAME: &'static str = "sync::WeakKeyMap";

    fn new() -> Self {
        Self::new()
    }
    fn insert(&mut self, object: &Arc<Doc>, value: u64) {
        self.put(object, value);
    }
    #[inline(always)]
    fn get(&self, object: &Arc<Doc>) -> Option<u64> {
        self.get(object)
    }
    fn sum(&self) -> u64 {
        self.iter().fold(0, |sum, (_, value)| sum.wrapping_add(value))
    }
    fn sweep(&mut self) {
        Self::sweep(self);
    }
}

impl SharedWeakMap for WeakKeyMap<Arc<Doc>, u64> {
    fn put(&self, object: &Arc<Doc>, value: u64) {
        Self::insert(self, object, value);
    }
}

/// Ours, for one owner.
impl WeakMap for unsync::WeakKeyMap<Arc<Doc>, u64> {
    const NAME: &'static str = "unsync::WeakKeyMap";

    fn new() -> Self {
        Self::new()
    }
    fn insert(&mut self, object: &Arc<Doc>, value: u64) {
        Self::insert(self, object, value);
    }
    #[inline(always)]
    fn get(&self, object: &Arc<Doc>) -> Option<u64> {
        self.get(object).copied()
    }
    fn sum(&self) -> u64 {
        self.iter().fold(0, |sum, (_, value)| sum.wrapping_add(*value))
    }
    fn sweep(&mut self) {
        Self::sweep(self);
    }
}

type Table = PtrWeakKeyHashMap<Weak<Doc>, u64, FxBuildHasher>;

impl WeakMap for Table {
    const NAME: &'static str = "weak-table";

    fn new() -> Self {
        Self::default()
    }
    fn insert(&mut self, object: &Arc<Doc>, value: u64) {
        Self::insert(self, Arc::clone(object), value);
    }
    #[inline(always)]
    fn get(&self, object: &Arc<Doc>) -> Option<u64> {
        self.get(object).copied()
    }
    fn sum(&self) -> u64 {
        self.iter().fold(0, |sum, (_, value)| sum.wrapping_add(*value))
    }
    fn sweep(&mut self) {
        self.remove_expired();
        self.shrink_to_fit();
    }
}

/// `weak-table` as several threads have to use it.
#[derive(Debug, Default)]
pub(crate) struct Locked(Mutex<Table>);

impl Locked {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WeakMap for Locked {
    const NAME: &'static str = "weak-table in a Mutex";

    fn new() -> Self {
        Self::default()
    }
    fn insert(&mut self, object: &Arc<Doc>, value: u64) {
        self.put(object, value);
    }
    #[inline(always)]
    fn get(&self, object: &Arc<Doc>) -> Option<u64> {
        self.lock().get(object).copied()
    }
    fn sum(&self) -> u64 {
        self.lock().sum()
    }
    fn sweep(&mut self) {
        let mut table = self.lock();
        table.remove_expired();
        table.shrink_to_fit();
    }
}

impl SharedWeakMap for Locked {
    fn put(&self, object: &Arc<Doc>, value: u64) {
        self.lock().insert(Arc::clone(object), value);
    }
}

/// One object for each equal string.
pub(crate) trait Strings: Send + Sync {
    const NAME: &'static str;
    /// What keeps a string interned.
    type Kept: Send + Sync;

    fn new() -> Self;
    fn intern(&self, text: &str) -> Self::Kept;
}

impl Strings for Interner<str> {
    const NAME: &'static str = "Interner";
    type Kept = Arc<str>;

    fn new() -> Self {
        Self::new()
    }
    #[inline(always)]
    fn intern(&self, text: &str) -> Arc<str> {
        self.intern(text)
    }
}

/// `internment`'s table is the process's.
#[derive(Debug)]
pub(crate) struct ArcIntern;

impl Strings for ArcIntern {
    const NAME: &'static str = "internment::ArcIntern";
    type Kept = internment::ArcIntern<str>;

    fn new() -> Self {
        Self
    }
    #[inline(always)]
    fn intern(&self, text: &str) -> Self::Kept {
        internment::ArcIntern::from(text)
    }
}

/// `ustr` frees nothing; its table is the process's, and what is kept has no count.
#[derive(Debug)]
pub(crate) struct Ustr;

impl Strings for Ustr {
    const NAME: &'static str = "ustr";
    type Kept = ustr::Ustr;

    fn new() -> Self {
        Self
    }
    #[inline(always)]
    fn intern(&self, text: &str) -> ustr::Ustr {
        ustr::ustr(text)
    }
}
