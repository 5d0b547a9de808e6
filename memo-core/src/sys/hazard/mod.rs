//! Hazard pointers: what is being read without a lock, and when it may be freed.
//!
//! Every thread announces what it reads in its reader ([`registry`], [`own`]). A hit copies a value under a hazard pointer ([`protect`], which
//! describes the protocol). A value that is removed is retired, and dropped when no reader holds it ([`retire`]); memory that readers
//! may still be inside is freed when they have left ([`memory`]). What a dead object
//! leaves behind needs a fence of its own ([`deaths`]).

pub(crate) mod deaths;
pub(crate) mod memory;
#[cfg(not(memo_loom))]
pub(crate) mod own;
#[cfg(memo_loom)]
#[path = "own_in_models.rs"]
pub(crate) mod own;
pub(crate) mod protect;
pub(crate) mod registry;
pub(crate) mod retire;
