//! Real processes over a real engine: this very program, started again.

#[cfg(feature = "redb")]
mod file;
#[cfg(feature = "redis")]
mod server;
mod worker;

use std::time::Duration;

const LEASE: Duration = Duration::from_millis(500);
const GRACE: Duration = Duration::from_millis(600);

/// How long the soaks take: seconds in `MEMO_STORE_SOAK`; a few if nothing is said.
fn soak() -> Duration {
    let seconds = std::env::var("MEMO_STORE_SOAK").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(2))
}
