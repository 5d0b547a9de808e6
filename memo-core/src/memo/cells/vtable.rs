//! How a memo handles its cells. Only the memo knows their type.

use std::ptr::NonNull;

use super::head::CellHead;
use super::listed::Listing;
use crate::memo::listeners::Why;
use crate::sys::hazard::retire::Batch;
use crate::sys::panics::Panics;

/// Operations on a memo's cells for callers that do not know their type.
pub(crate) struct CellVtable {
    pub(crate) release: unsafe fn(NonNull<CellHead>),
    pub(crate) end: unsafe fn(NonNull<CellHead>, Why) -> usize,
    pub(crate) ready: unsafe fn(NonNull<CellHead>) -> usize,
    pub(crate) living: unsafe fn(NonNull<CellHead>) -> usize,
    /// The keys of the results that have no dead argument, formatted. Runs user code.
    pub(crate) entries: unsafe fn(NonNull<CellHead>) -> Vec<String>,
    /// What an entry takes by itself.
    pub(crate) entry_size: usize,
    /// Whether ending and releasing a cell runs no user code, ends no other cell, and never panics.
    pub(crate) inert: bool,
    /// Whether ending and releasing this cell runs no user code and does not panic, if that is not known of all cells.
    pub(crate) is_quiet: unsafe fn(NonNull<CellHead>) -> bool,
    /// Whether it concerns the object rather than its content, so that `&mut` access to the object leaves it in place.
    pub(crate) stays: bool,
    /// For cells that can be enumerated.
    pub(crate) shared: Option<SharedVtable>,
}

/// Removes expired entries of a cell, all or some, and says how many.
type Expire = unsafe fn(NonNull<CellHead>, bool, &mut Batch, &mut Panics) -> usize;

/// The same for cells that can be enumerated.
pub(crate) struct SharedVtable {
    /// Whether dropping an entry runs no user code.
    pub(crate) quiet: bool,
    /// Whether this entry exists and has its result.
    pub(crate) is_ready: unsafe fn(NonNull<CellHead>, EntryId) -> bool,
    pub(crate) retain: unsafe fn(NonNull<CellHead>),
    /// Removes the entry at this address with this hash, if it is still there.
    pub(crate) remove: unsafe fn(NonNull<CellHead>, EntryId, Why) -> bool,
    /// Removes every entry whose value is gone by itself.
    pub(crate) remove_gone: unsafe fn(NonNull<CellHead>, &mut Panics),
    /// Removes every entry while the object may live, and drops it or retires it in the batch.
    pub(crate) empty: unsafe fn(NonNull<CellHead>, Why, &mut Batch, &mut Panics) -> usize,
    /// Removes the entries that have expired, of all or of some, and drops each or retires it in the batch. `None`: none ever does.
    pub(crate) expire: Option<Expire>,
    /// The cell's position in its memo's lists.
    pub(crate) listing: unsafe fn(NonNull<CellHead>) -> NonNull<Listing>,
}

/// An entry's name in links from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EntryId {
    pub(crate) address: usize,
    pub(crate) hash: u64,
}
