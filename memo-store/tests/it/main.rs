//! The store.

#[cfg(feature = "redb")]
mod redb;
