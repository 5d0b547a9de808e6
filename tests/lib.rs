//! Helpers shared by the tests of memo-core.

mod alone;
mod balance;
mod heap;
pub mod model;
mod panics;
mod tally;
mod threads;
mod watchdog;

pub use alone::{alone, in_child};
pub use balance::{assert_balanced, gone};
pub use heap::{Heap, allocations, live_bytes, peak_bytes, reset_peak};
pub use panics::{message, panic_of};
pub use tally::{Tally, Token};
pub use threads::join_all;
pub use watchdog::{in_time, watchdog};

/// The programs of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
