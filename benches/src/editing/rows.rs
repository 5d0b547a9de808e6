//! The labels of the rows.
#![allow(missing_docs, reason = "each says what it is")]

pub use crate::report::rows::REMEMBERING;
pub const REMEMBERING_LOW: &str = "remembering, a quarter of the replays took less than, ms";
pub const REMEMBERING_HIGH: &str = "remembering, a quarter took more than, ms";
pub const WITHOUT_PAIRS: &str = "remembering without pairs, ms";
pub const SESSION: &str = "session with bodies, s";
pub const PEAK: &str = "heap at its peak, MiB";
pub const END: &str = "heap with all files closed, KiB";
pub const BODIES: &str = "bodies run, all";
pub const CODE: &str = "lines of code";

pub fn bodies(analysis: &str) -> String {
    format!("bodies run, {analysis}")
}
