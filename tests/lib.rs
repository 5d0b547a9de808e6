//! Helpers shared by the tests of memo-core.

mod alone;
mod heap;
pub mod model;
mod tally;
mod watchdog;

pub use alone::{alone, in_child};
pub use heap::{Heap, allocations, live_bytes, peak_bytes, reset_peak};
pub use tally::{Tally, Token};
pub use watchdog::{in_time, watchdog};
