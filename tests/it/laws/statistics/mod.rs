//! The statistics, and what is told of them.

mod awaiting;
mod counters;
mod reports;
mod verdicts;
