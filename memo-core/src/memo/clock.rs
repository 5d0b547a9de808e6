//! The clock of memos with `ttl` or `idle`.
//!
//! It is asked, and never tells: once at the start of each step of a call to such a memo, and by sweeps. So it may be replaced while the
//! program runs. The one that is built in is monotonic and coarse where the system has such a clock: it costs a few nanoseconds, and
//! ticks every few milliseconds.
//!
//! # Invariants
//!
//! 1. The clock may be the user's. It is asked with no lock held and while nothing is looked at.
//! 2. A point in time is a number of nanoseconds since a start that the clock chooses. It saturates, and [`NEVER`] is reached by none.

use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;

/// Later than every point in time.
pub(crate) const NEVER: u64 = u64::MAX;

type Clock = dyn Fn() -> Duration + Send + Sync;

/// The user's clock. Never freed: another thread may be asking it.
static CLOCK: AtomicPtr<Box<Clock>> = AtomicPtr::new(std::ptr::null_mut());

/// Replaces the clock of all memos with `ttl` or `idle`.
///
/// From now on they call `clock` for the time since a start that it chooses. Use it to let time pass in tests, to go by a clock that also
/// counts while the machine sleeps, or on a platform without one.
///
/// The clock is that of the whole process, in which tests run side by side. So put a test that replaces it into a process of its own (one per test
/// binary, or `cargo nextest`), or let all tests share one clock.
///
/// Deadlines are points in time of the clock they were made with: replace it before the first call, or by one that goes on from the same
/// time. If time goes back, results live longer by as much; if it jumps ahead, they expire at once. `clock` must not call a memo with `ttl` or
/// `idle`, and if it panics, so does the call. It is called from any thread that calls such a memo and by [`sweep`](crate::sweep()), and
/// is never dropped.
///
/// Without a clock of the user's, the time is that of the system's monotonic clock, with a resolution of a few milliseconds. It stands
/// still while the machine sleeps on Linux and macOS, and goes on on Windows. On `wasm32-unknown-unknown`, which has no clock, nothing
/// expires.
///
/// # Examples
///
/// ```
/// use memo_core::{Anchored, weak_memo};
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::time::Duration;
///
/// static SECONDS: AtomicU64 = AtomicU64::new(0);
/// memo_core::set_clock(|| Duration::from_secs(SECONDS.load(Ordering::Relaxed)));
///
/// #[weak_memo(ttl = "30s")]
/// fn len(text: &Anchored<String>) -> usize {
///     text.len()
/// }
///
/// let text = Anchored::new(String::from("abc"));
/// len(&text);
/// SECONDS.store(29, Ordering::Relaxed);
/// assert_eq!(len_memo().get(&text), Some(3));
/// SECONDS.store(30, Ordering::Relaxed);
/// assert_eq!(len_memo().get(&text), None);
/// ```
pub fn set_clock(clock: impl Fn() -> Duration + Send + Sync + 'static) {
    let clock: Box<Box<Clock>> = Box::new(Box::new(clock));
    CLOCK.store(Box::into_raw(clock), Ordering::Release);
}

/// The time.
pub(crate) fn now() -> u64 {
    let clock = CLOCK.load(Ordering::Acquire);
    if clock.is_null() {
        return built_in();
    }
    // SAFETY: made from a box, and never freed.
    nanos((unsafe { &*clock })())
}

/// The time of the built-in clock, whatever the user's is: for how long something goes on.
#[inline]
pub(crate) fn coarse() -> u64 {
    built_in()
}

/// A span in nanoseconds. One that is too long for that ends never.
pub(crate) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(NEVER)
}

/// Whether the platform has a clock: reading it would panic on one that has none. `memo_no_clock` simulates such a platform.
pub(crate) const HAS_CLOCK: bool = !cfg!(any(all(target_family = "wasm", target_os = "unknown"), memo_no_clock));

#[cfg(all(target_os = "linux", not(any(miri, memo_no_clock))))]
fn built_in() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a local. Without an answer, which no Linux gives, time stands still and nothing expires.
    let _ = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

#[cfg(not(all(target_os = "linux", not(any(miri, memo_no_clock)))))]
fn built_in() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    if HAS_CLOCK { nanos(START.get_or_init(Instant::now).elapsed()) } else { 0 }
}
