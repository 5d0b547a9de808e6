//! The statistics, and what is told of them.

pub(crate) mod counters;
mod reports;
