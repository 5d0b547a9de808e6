//! What holds the entries: the trait of all engines, and what they say.
//!
//! # Rules
//!
//! All engines obey the same ones. [`Memory`] is the engine that they are tried on.
//!
//! 1. An entry is a pure function of its key. Whoever writes it writes the same, so an old write is never wrong, and the
//!    first is kept. Only the leases need order.
//! 2. A *holder* is a process. It has one *lease*, which it renews. It *holds* entries: from when it reads or writes them until it releases them.
//! 3. What is held by a holder whose lease has not run out is not deleted.
//! 4. What nobody holds any longer is *idle*, and stays for a grace time. Then a pass of the collector *dooms* it, and a
//!    later one deletes it, if nobody took hold of it in between. Each step looks at the holds again, in the same transaction.
//! 5. Holds are numbered by their holder, and a release has the number at which it was decided: one that comes late ends no hold that
//!    was taken after it.
//! 6. A *claim* says that somebody computes what is missing. It runs out soon, and decides nothing: who loses it has
//!    computed for nothing.
//! 7. Every call is one transaction, or one script on the server.

mod fault;
mod faulty;
mod memory;
#[cfg(test)]
mod model;
#[cfg(feature = "redb")]
mod redb;
#[cfg(feature = "redis")]
mod redis;
mod rules;

use std::sync::Arc;
use std::time::Duration;

pub use fault::{Fault, FaultKind};
pub use faulty::Faulty;
pub use memory::Memory;
#[cfg(feature = "redb")]
pub use redb::{Contents, OpenError, Redb};
#[cfg(feature = "redis")]
pub use redis::Redis;

use crate::key::Key;

/// What holds the entries of a [`Store`](crate::Store): a file, a server, or memory.
///
/// All calls block until they are answered, which has to be within a time that the engine bounds. They may come from any
/// thread, at the same time.
pub trait Engine: Send + Sync + 'static {
    /// Reads an entry, and takes hold of it. If there is none, claims it.
    ///
    /// # Errors
    ///
    /// If the engine cannot answer. What was to be done may have been done, or be done later.
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault>;

    /// Writes an entry, unless there is one, and takes hold of it. Ends the holder's claim.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get), and if the engine is full.
    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault>;

    /// Renews a holder's lease from now on, and takes hold of such of these entries as are there. A lease of no time ends it.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault>;

    /// Ends holds that are not younger than the numbers say, and the holder's claims of these entries.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault>;

    /// Deletes an entry that cannot be what its key says, if it still has these bytes.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault>;

    /// One step of the collector: looks at up to so many holds of lapsed holders and idle entries, and deletes those that nobody has held for `grace`.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault>;

    /// Makes what was done so far outlast a crash, where it would not. Called now and then, after entries were put.
    ///
    /// # Errors
    ///
    /// As of [`get`](Self::get).
    fn sync(&self) -> Result<(), Fault> {
        Ok(())
    }
}

/// A process, to an engine. Chosen by chance, and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder(pub u128);

/// Who asks, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Hold {
    /// Who.
    pub holder: Holder,
    /// The number of this hold: higher than those that the holder took or released before.
    pub number: u64,
    /// For how long the holder's lease is to run if it has none. One that it has is not changed.
    pub lease: Duration,
    /// For how long a missing entry is claimed. No time: it is not.
    pub claim: Duration,
}

/// What [`Engine::get`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The entry, which is held from now on.
    Entry(Vec<u8>),
    /// None, and the caller is the one to compute it.
    Nothing,
    /// None, but another holder computes it.
    Busy,
}

/// What became of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// It had not run out: all that was held is held.
    InTime,
    /// It had, or there was none: what was held may be gone, and is to be taken hold of again.
    Lapsed,
}

/// What one step of the collector did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Holds of lapsed holders that were ended.
    pub lapsed: usize,
    /// Entries that a later step will delete.
    pub doomed: usize,
    /// Entries that were deleted, and their bytes.
    pub deleted: usize,
    /// Their bytes.
    pub bytes: u64,
    /// There was more to do than in one step.
    pub more: bool,
}

macro_rules! pointers {
    ($($pointer:ty),*) => {$(
        impl<E: Engine + ?Sized> Engine for $pointer {
            fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
                (**self).get(key, hold)
            }

            fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
                (**self).put(key, entry, hold)
            }

            fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
                (**self).renew(holder, lease, holds)
            }

            fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
                (**self).release(holder, holds)
            }

            fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
                (**self).discard(key, entry)
            }

            fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
                (**self).collect(at_most, grace)
            }

            fn sync(&self) -> Result<(), Fault> {
                (**self).sync()
            }
        }
    )*};
}
pointers!(Box<E>, Arc<E>);
