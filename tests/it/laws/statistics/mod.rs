//! The statistics, and what is told of them.

mod counters;
mod reports;
