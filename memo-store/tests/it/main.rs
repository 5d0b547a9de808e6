//! The store.

#[cfg(feature = "redis")]
mod redis;
