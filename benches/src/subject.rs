//! The trait behind which every way to remember a value stands.

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
