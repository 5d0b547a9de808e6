//! Hazard pointers: what readers without a lock look at, and when it may go.
//!
//! Every thread shows what it looks at ([`registry`], its [`own`] part). A hit copies a value that is shown so ([`protect`], which
//! has the protocol); who takes a value away retires it, and it is dropped when nobody looks at it ([`retire`]). What an object that is
//! dead leaves behind needs a fence of its own ([`deaths`]).

pub(crate) mod deaths;
#[cfg(not(memo_loom))]
pub(crate) mod own;
#[cfg(memo_loom)]
#[path = "own_in_models.rs"]
pub(crate) mod own;
pub(crate) mod protect;
pub(crate) mod registry;
pub(crate) mod retire;
