//! The engine in a file.
//!
//! The [rules](super::rules) over tables of redb ([`tables`]), one transaction for each call ([`shared`]); [`file`](self::file) opens it, and sets it aside.

mod file;
mod glance;
mod shared;
mod state;
mod tables;
mod trouble;
mod waiting;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use file::OpenError;
pub use tables::Contents;

use self::shared::{Disk, Shared};
use self::trouble::Trouble;
use super::rules::{self, Rows};
use super::{Collected, Engine, Fault, Found, Hold, Holder, Renewed};
use crate::clock::Clock;
use crate::key::Key;

/// Entries in a file, for one process after another: what one computed, the next finds.
///
/// A clone is the same engine. No second one can open the file, in this process or another: see [`OpenError::InUse`].
///
/// # What a crash loses
///
/// What is put is in the file's memory at once, and on the disk a little later: a [`Store`](crate::Store) asks for it about once a second, and so do
/// [`flush`](crate::Store::flush), a renewal, and the last clone's end. A crash loses what came after, and it is computed again. **A store in a
/// `static` is never dropped**: end the program with `STORE.flush(..)`.
///
/// A get writes nothing, and waits for no disk. The holds that it takes are kept in memory until the next call that writes; a
/// crash loses them, too, and the process that had them: nobody else has the file. Nothing becomes immortal: an entry in the file is held there by a
/// holder with a lease, or is idle.
///
/// # The file is disposable
///
/// It has nothing that cannot be computed again, so nothing is repaired at the cost of doubt. Each page is checked when the file is
/// opened. A file that is damaged, is no such file, or was written with another layout is renamed to `<name>.damaged`, in place of an
/// older one of this name, and an empty one is begun. Damage that shows only later is a [fault](super::FaultKind::Damaged), and the next
/// call begins an empty file; after the third the engine gives up, and all calls are faults. A holder learns from its next
/// renewal that holds are gone.
///
/// redb panics on some damage. The panic is caught, and only its message is seen; in a program with `panic = "abort"` it ends the
/// process, at each start until the file is deleted by hand.
///
/// After a read or write that failed, as on a full disk, the file is closed, and opened again by a call after a while: after a tenth of a
/// second at first, and a minute at last. The call that opens it checks it whole, and all others wait for it.
///
/// # Size
///
/// [`at_most`](Self::at_most) bounds the bytes of the entries. An entry takes up to twice its bytes in the file, and what a crash must
/// find is not written over, so the file may have some times as many. Room that was freed is used again, but the file hardly shrinks
/// while it is open; when it is opened and more than half of it is free, it is compacted.
///
/// # Examples
///
/// ```
/// use memo_store::engine::Redb;
/// use memo_store::{Secret, Store};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("results");
/// let engine = Redb::open(path)?.at_most(1 << 30);
/// let store = Store::builder(engine, Secret::new("at least sixteen bytes")).open()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Redb {
    shared: Arc<Shared>,
    most_bytes: u64,
}

impl Redb {
    /// Opens this file, or makes it. Reads all of it, to see that it is whole.
    ///
    /// # Errors
    ///
    /// If another has it open, or it cannot be made, read or written. One that is damaged is no error, but set aside.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with_clock(path, Clock::system())
    }

    /// The same, with the time that this clock says.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open).
    pub fn open_with_clock(path: impl AsRef<Path>, clock: Clock) -> Result<Self, OpenError> {
        // The program may change its directory.
        let path = std::path::absolute(&path).unwrap_or_else(|_| path.as_ref().to_owned());
        Ok(Self { shared: Arc::new(Shared::open(path, clock)?), most_bytes: u64::MAX })
    }

    /// The same engine, which is full when its entries have so many bytes.
    #[must_use]
    pub fn at_most(self, bytes: u64) -> Self {
        Self { most_bytes: bytes, ..self }
    }

    /// How much there is in it.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn contents(&self) -> Result<Contents, Fault> {
        self.shared.write(Disk::Later, |tables, _| tables.contents())
    }
}

impl Engine for Redb {
    fn get(&self, key: Key, hold: Hold) -> Result<Found, Fault> {
        self.shared.get(key, hold)
    }

    fn put(&self, key: Key, entry: &[u8], hold: Hold) -> Result<(), Fault> {
        self.shared.write(Disk::Soon, |tables, now| {
            let bytes = tables.bytes()?;
            if bytes.saturating_add(entry.len() as u64) > self.most_bytes && !tables.has_entry(key)? {
                return Err(Trouble::Full(bytes));
            }
            rules::put(tables, key, entry, hold, now)
        })
    }

    fn renew(&self, holder: Holder, lease: Duration, holds: &[(Key, u64)]) -> Result<Renewed, Fault> {
        self.shared.write(Disk::Now, |tables, now| rules::renew(tables, holder, lease, holds, now))
    }

    fn release(&self, holder: Holder, holds: &[(Key, u64)]) -> Result<(), Fault> {
        self.shared.write(Disk::Soon, |tables, now| rules::release(tables, holder, holds, now))
    }

    fn discard(&self, key: Key, entry: &[u8]) -> Result<(), Fault> {
        self.shared.write(Disk::Soon, |tables, _| rules::discard(tables, key, entry))
    }

    fn collect(&self, at_most: usize, grace: Duration) -> Result<Collected, Fault> {
        let step = |sync| self.shared.write(sync, |tables, now| rules::collect(tables, at_most, grace, now));
        let done = step(Disk::Soon)?;
        if !done.more {
            self.shared.sync_if_needed()?;
        }
        Ok(done)
    }

    fn sync(&self) -> Result<(), Fault> {
        self.shared.sync_if_needed()
    }
}

impl fmt::Debug for Redb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redb").field("path", &self.shared.path).finish_non_exhaustive()
    }
}
