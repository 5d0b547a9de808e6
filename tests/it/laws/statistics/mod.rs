//! The statistics, and what is told of them.

mod awaiting;
mod bytes;
mod counters;
mod explained;
mod in_flight;
mod reports;
mod verdicts;
