//! memo

pub(crate) mod core;
pub(crate) mod counters;
pub(crate) mod names;
