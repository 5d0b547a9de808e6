//! What the page, its JSON and its metrics say, to whom, and what becomes of those who mean no good.

mod browser;
mod change;
mod client;
mod guard;
mod look;
mod memos;
mod serve;
#[expect(unreachable_pub, reason = "it is that of all suites")]
#[path = "../../../tests/watchdog.rs"]
mod watchdog;
