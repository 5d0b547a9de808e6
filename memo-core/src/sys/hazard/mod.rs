//! hazard

pub(crate) mod deaths;
#[cfg(not(memo_loom))]
pub(crate) mod own;
#[cfg(memo_loom)]
#[path = "own_in_models.rs"]
pub(crate) mod own;
pub(crate) mod protect;
pub(crate) mod registry;
pub(crate) mod retire;
