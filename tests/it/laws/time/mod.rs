//! Results that expire: `ttl`, `idle`, `stale`, `jitter`, and the clock.
//!
//! Each test has a clock of its own: it goes where the test's threads carry it. One that sweeps runs in a process of its own, since a sweep
//! goes over the memos of all tests.

mod clock;
mod deadlines;
mod forms;
mod reclaiming;
mod renewing;
mod spans;
