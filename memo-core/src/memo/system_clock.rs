//! The system's monotonic clock, coarse where there is such a clock: it costs a few nanoseconds, and ticks every few milliseconds.
//!
//! On Linux a coarse clock is moved by the timer tick of some core. It has been seen to stand still where that is a virtual one, which its host
//! does not run (Linux: "tick: Detect and fix jiffies update stall"). Results must not outlive their deadlines there: so a thread that
//! reads the same time again and again asks the exact clock, and where the coarse one is [`LATE`], the process reads the exact one from
//! then on, which costs some 20 ns.
//!
//! # Invariants
//!
//! 1. Both clocks count from the same start, and the coarse one is never ahead: a deadline by one is a deadline by the other.
//! 2. The exact clock is read before the coarse one where they are compared: a thread that is put aside in between finds no fault.

/// Whether the platform has a clock: reading it would panic on one that has none. `memo_no_clock` simulates such a platform.
pub(crate) const HAS_CLOCK: bool = !cfg!(any(all(target_family = "wasm", target_os = "unknown"), memo_no_clock));

/// The time in nanoseconds since some start; always the same where there is no clock.
#[cfg(not(all(target_os = "linux", not(any(miri, memo_no_clock)))))]
pub(crate) fn now() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;

    static START: OnceLock<Instant> = OnceLock::new();
    let since = || START.get_or_init(Instant::now).elapsed().as_nanos();
    if HAS_CLOCK { u64::try_from(since()).unwrap_or(u64::MAX) } else { 0 }
}

#[cfg(all(target_os = "linux", not(any(miri, memo_no_clock))))]
pub(crate) use coarse::now;

#[cfg(all(target_os = "linux", not(any(miri, memo_no_clock))))]
mod coarse {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// What a coarse clock may lag, in nanoseconds: some ticks of the slowest that are usual, which are 10 ms long.
    const LATE: u64 = 50_000_000;

    /// Which of how many readings of one time is compared, besides the first few.
    const OFTEN: u32 = 64;

    /// Set when the coarse clock has been late.
    static STANDS_STILL: AtomicBool = AtomicBool::new(false);

    thread_local! {
        static READ: Cell<Read> = const { Cell::new(Read { time: 0, again: 0 }) };
    }

    /// The time in nanoseconds since some start.
    pub(crate) fn now() -> u64 {
        let (coarse, exact) = (|| read(libc::CLOCK_MONOTONIC_COARSE), || read(libc::CLOCK_MONOTONIC));
        READ.with(|last| by(&STANDS_STILL, last, coarse, exact))
    }

    fn read(clock: libc::clockid_t) -> u64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the pointer is to a local. Without an answer, which no Linux gives, time stands still and nothing expires.
        let _ = unsafe { libc::clock_gettime(clock, &mut time) };
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
        seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
    }

    /// What a thread has read last, and how often again.
    #[derive(Clone, Copy)]
    struct Read {
        time: u64,
        again: u32,
    }

    impl Read {
        /// Whether the clock may be standing still: at the first reading of a time that was there before, the second, the fourth, and so on.
        fn is_suspicious(self) -> bool {
            self.again.is_power_of_two() || (self.again != 0 && self.again % OFTEN == 0)
        }
    }

    fn by(stands_still: &AtomicBool, last: &Cell<Read>, coarse: impl Fn() -> u64, exact: impl Fn() -> u64) -> u64 {
        // Whoever does not see it yet finds it out.
        if stands_still.load(Ordering::Relaxed) {
            return exact();
        }
        let (time, before) = (coarse(), last.get());
        let again = if time == before.time { before.again.wrapping_add(1) } else { 0 };
        let read = Read { time, again };
        last.set(read);
        if !read.is_suspicious() {
            return time;
        }
        let now = exact();
        if now.saturating_sub(coarse()) < LATE {
            return time;
        }
        stands_still.store(true, Ordering::Relaxed);
        now
    }

    #[cfg(all(test, not(any(memo_loom, memo_shuttle))))]
    mod tests {
        use super::*;

        const MS: u64 = 1_000_000;

        /// Reads two clocks, at times that the test makes.
        struct Clocks {
            stands_still: AtomicBool,
            last: Cell<Read>,
            asked: Cell<u32>,
        }

        impl Clocks {
            fn new() -> Self {
                Self {
                    stands_still: AtomicBool::new(false),
                    last: Cell::new(Read { time: 0, again: 0 }),
                    asked: Cell::new(0),
                }
            }

            fn read(&self, coarse: u64, exact: u64) -> u64 {
                let exact = || {
                    self.asked.set(self.asked.get() + 1);
                    exact
                };
                by(&self.stands_still, &self.last, || coarse, exact)
            }
        }

        #[test]
        fn a_coarse_clock_that_ticks_is_read_and_seldom_compared() {
            let clocks = Clocks::new();
            for time in 0..4_000 {
                let coarse = 1_000 * MS + time / 1_000 * 4 * MS;
                assert_eq!(clocks.read(coarse, coarse + 3 * MS), coarse);
            }
            assert!(clocks.asked.get() < 4_000 / 40, "{}", clocks.asked.get());
        }

        #[test]
        fn one_that_stands_still_is_read_no_more() {
            let clocks = Clocks::new();
            assert_eq!(clocks.read(1_000 * MS, 1_000 * MS), 1_000 * MS);
            // Also by a thread that reads it seldom.
            assert_eq!(clocks.read(1_000 * MS, 3_000 * MS), 3_000 * MS);
            assert_eq!(clocks.read(1_000 * MS, 4_000 * MS), 4_000 * MS);
        }

        #[test]
        fn one_that_stands_still_after_many_readings_is_found_out_within_some_more() {
            let clocks = Clocks::new();
            for _ in 0..100_000 {
                clocks.read(1_000 * MS, 1_000 * MS + 1);
            }
            let wrong = (0..1_000).filter(|_| clocks.read(1_000 * MS, 2_000 * MS) == 1_000 * MS).count();
            assert!(wrong < OFTEN as usize, "{wrong}");
        }

        #[test]
        fn both_clocks_of_this_system_count_from_one_start() {
            let exact = read(libc::CLOCK_MONOTONIC);
            let coarse = read(libc::CLOCK_MONOTONIC_COARSE);
            let later = read(libc::CLOCK_MONOTONIC);
            assert!(coarse <= later, "the coarse one is never ahead");
            assert!(exact.abs_diff(coarse) < 3_600_000 * MS);
        }
    }
}
