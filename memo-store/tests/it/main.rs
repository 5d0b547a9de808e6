//! Results that processes share: what is found, what is held, and what becomes of faults.

mod attribute;
mod client;
#[cfg(any(feature = "redb", feature = "redis"))]
mod processes;
#[cfg(feature = "redb")]
mod redb;
#[cfg(feature = "redis")]
mod redis;
mod support;
#[cfg_attr(not(any(feature = "redb", feature = "redis")), expect(dead_code, reason = "not all of it is needed"))]
#[expect(unreachable_pub, reason = "it is that of all suites")]
#[path = "../../../tests/watchdog.rs"]
mod watchdog;
