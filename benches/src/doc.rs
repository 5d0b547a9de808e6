//! The objects that results are derived from.

use std::hash::{Hash, Hasher};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};

/// What every subject derives its value from, by itself or inside a struct that adds an anchor or a field.
///
/// `Hash` and `Eq` read the whole text: this is the *deep key*, what a macro peer uses unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Doc {
    seed: u64,
    text: Box<[u8]>,
}

impl Doc {
    /// An object that differs from those of other seeds. An empty text allocates nothing, so that a life is one allocation.
    pub(crate) fn new(seed: u64, text_len: usize) -> Self {
        Self { seed, text: std::iter::repeat_n(seed as u8, text_len).collect() }
    }

    /// The bare body of every memoized function here: next to nothing, so that what is timed is the remembering.
    pub(crate) fn derived(&self) -> u64 {
        #[cfg(test)]
        DERIVED.set(DERIVED.get() + 1);
        self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// The same for a body that takes one more argument.
    pub(crate) fn derived_for(&self, width: u32) -> u64 {
        DERIVED_FOR.set(DERIVED_FOR.get() + 1);
        self.derived() ^ u64::from(width)
    }

    /// A body of some 30 µs of work, not of time: a thread that is not running makes no progress.
    pub(crate) fn derived_slowly(&self) -> u64 {
        DERIVED_SLOWLY.fetch_add(1, Relaxed);
        (0..55_000).fold(self.derived(), |value, step| black_box(value.rotate_left(5) ^ step))
    }
}

/// How many bodies of storms have run.
pub(crate) static DERIVED_SLOWLY: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// How many bodies with one more argument have run on this thread.
    pub(crate) static DERIVED_FOR: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
thread_local! {
    /// How many bodies have run on this thread.
    pub(crate) static DERIVED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// An object as its user holds it, made by the benches.
pub(crate) trait Object {
    /// A fresh one with a text of `text_len` bytes.
    fn create(seed: u64, text_len: usize) -> Self;
}

impl Object for Arc<Doc> {
    fn create(seed: u64, text_len: usize) -> Self {
        Arc::new(Doc::new(seed, text_len))
    }
}

impl Object for Rc<Doc> {
    fn create(seed: u64, text_len: usize) -> Self {
        Rc::new(Doc::new(seed, text_len))
    }
}

/// Several objects, of which a result is derived together.
impl<O: Object, const N: usize> Object for [O; N] {
    fn create(seed: u64, text_len: usize) -> Self {
        std::array::from_fn(|at| O::create(seed * N as u64 + at as u64, text_len))
    }
}

/// An `Arc`'s address as a key that stays true: the [`Weak`] beside it keeps the address from being given to another object.
///
/// Looked up by the bare address, so that a hit touches neither the `Weak` nor a count. This is the best sound key that a
/// peer which knows nothing of weak keys can be given.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    address: usize,
    pin: Weak<Doc>,
}

impl Address {
    /// The key of `doc`.
    pub(crate) fn pinning(doc: &Arc<Doc>) -> Self {
        Self { address: address(doc), pin: Arc::downgrade(doc) }
    }

    /// The address itself.
    pub(crate) fn get(&self) -> usize {
        self.address
    }

    /// Whether its object is dead.
    pub(crate) fn is_dead(&self) -> bool {
        self.pin.strong_count() == 0
    }
}

/// What an [`Address`] is looked up by.
pub(crate) fn address(doc: &Arc<Doc>) -> usize {
    Arc::as_ptr(doc) as usize
}

impl std::borrow::Borrow<usize> for Address {
    fn borrow(&self) -> &usize {
        &self.address
    }
}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address.hash(state);
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl Eq for Address {}
