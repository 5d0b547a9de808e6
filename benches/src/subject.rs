//! The traits behind which every way to remember a value stands.

use std::hint::black_box;

use crate::doc::Object;

/// One way to remember a `u64` derived from an object.
pub(crate) trait Subject {
    /// Which one, in full.
    const NAME: &'static str;

    /// The column of the report. Forms of one peer that answer different questions (one thread, several) share one.
    const COLUMN: &'static str = Self::NAME;

    /// How many memoized calls one [`call`](Self::call) makes.
    const CALLS: u64 = 1;

    /// What the value is derived from.
    type Object: Object;

    /// An empty store. One that bounds itself makes room for `room` entries; a memo of a macro is a static and ignores it.
    fn new(room: usize) -> Self;

    /// The remembered value: the call that a user would write.
    ///
    /// Inlined in every subject: this trait is the harness, and what is timed is the call as a user writes it in a loop.
    fn call(&self, object: &Self::Object) -> u64;

    /// What the user has to do by hand before an object goes. Nothing, for a subject that lets go by itself or bounds itself.
    fn forget(&self, _object: &Self::Object) {}
}

/// A subject that can be asked to give back all that is dead, at once.
pub(crate) trait Reclaims: Subject {
    /// The one call for it, or what a user has to write instead.
    fn reclaim(&self);
}

/// A subject that several threads may ask at once.
pub(crate) trait Shared: Subject<Object: Send + Sync> + Send + Sync {}

impl<S: Subject<Object: Send + Sync> + Send + Sync> Shared for S {}

/// One way to remember a `u64` derived from an object and one more number.
pub(crate) trait Keyed {
    /// Which one, in full.
    const NAME: &'static str;

    /// The column of the report.
    const COLUMN: &'static str = Self::NAME;

    /// What the value is derived from, with the key.
    type Object: Object;

    /// An empty store. One that bounds itself at run time makes room for `room` entries.
    fn new(room: usize) -> Self;

    /// The remembered value.
    fn call(&self, object: &Self::Object, key: u32) -> u64;
}

/// A keyed one that several threads may ask at once.
pub(crate) trait SharedKeyed: Keyed<Object: Send + Sync> + Send + Sync {}

impl<K: Keyed<Object: Send + Sync> + Send + Sync> SharedKeyed for K {}

/// How many entries each object of [`Wide`] has.
pub(crate) const WIDTHS: u32 = 4;

/// A call with each of [`WIDTHS`] keys.
#[derive(Debug)]
pub(crate) struct Wide<K>(K);

impl<K: Keyed> Subject for Wide<K> {
    const NAME: &'static str = K::NAME;
    const COLUMN: &'static str = K::COLUMN;
    const CALLS: u64 = WIDTHS as u64;
    type Object = K::Object;

    fn new(room: usize) -> Self {
        Self(K::new(room * WIDTHS as usize))
    }

    #[inline(always)]
    fn call(&self, object: &K::Object) -> u64 {
        (1..=WIDTHS).fold(0, |sum: u64, width| sum.wrapping_add(self.0.call(object, black_box(width))))
    }
}
