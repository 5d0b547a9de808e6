//! Results that processes share: what is found, what is held, and what becomes of faults.

mod client;
#[cfg(feature = "redis")]
mod redis;
mod support;
#[expect(unreachable_pub, dead_code, reason = "it is that of all suites")]
#[path = "../../../tests/watchdog.rs"]
mod watchdog;
