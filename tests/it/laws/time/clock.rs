//! The clock of a test, and what clocks may do.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use memo_core::{Anchored, weak_memo};
use memo_tests::{alone, assert_balanced, watchdog};

thread_local! {
    static HERE: RefCell<Option<Time>> = const { RefCell::new(None) };
}

/// The time of one test, in milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Time(Arc<AtomicU64>);

impl Time {
    /// A time that this thread goes by from now on, and that begins at a thousand seconds.
    pub(crate) fn begin() -> Self {
        memo_core::set_clock(|| HERE.with_borrow(|time| time.as_ref().map_or(Duration::ZERO, Time::now)));
        let time = Self(Arc::new(AtomicU64::new(1_000_000)));
        time.enter();
        time
    }

    /// This thread goes by it, too.
    pub(crate) fn enter(&self) {
        HERE.set(Some(self.clone()));
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    pub(crate) fn pass(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn go_back(&self, millis: u64) {
        self.0.fetch_sub(millis, Ordering::SeqCst);
    }
}

/// Case 12: the machine has slept. With a clock that has gone on meanwhile, all is over; with one that has not, nothing is.
#[test]
fn a_clock_that_jumps_ahead_ends_results_and_one_that_stands_still_does_not() {
    #[weak_memo(ttl = "1m", idle = "1h")]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    f(&n);
    assert_eq!(f_memo().get(&n), Some(7));
    time.pass(8 * 3_600_000);
    assert_eq!(f_memo().get(&n), None);
    assert_eq!((f(&n), f_memo().stats().computes), (7, 2));
}

#[test]
fn a_clock_that_goes_back_lets_results_live_longer_and_nothing_fails() {
    #[weak_memo(ttl = "1m", idle = "1m", stale = "1m", jitter = 1.0)]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    time.pass(10);
    f(&n);
    time.go_back(999_990);
    assert_eq!((f(&n), f_memo().stats().computes), (7, 1));
}

/// Case 2: a clock that has just begun.
#[test]
fn a_clock_may_begin_at_zero() {
    #[weak_memo(ttl = "1h", idle = "1h")]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    time.go_back(1_000_000);
    f(&n);
    assert_eq!(f_memo().get(&n), Some(7));
    time.pass(3_600_000);
    assert_eq!(f_memo().get(&n), None);
}

/// Case 13: it is asked, and may be replaced; without one of the user's, time passes as well, unless the platform has no clock.
#[test]
fn without_a_clock_of_the_users_time_passes_too() {
    alone(|| {
        #[weak_memo(ttl = "20ms")]
        fn f(n: &Anchored<u32>) -> u32 {
            **n
        }
        watchdog(|| {
            let n = Anchored::new(7);
            f(&n);
            if cfg!(memo_no_clock) {
                std::thread::sleep(Duration::from_millis(30));
                return assert_eq!(f_memo().get(&n), Some(7), "nothing expires");
            }
            while f_memo().get(&n).is_some() {
                std::thread::yield_now();
            }
            assert_eq!((f(&n), f_memo().stats().computes), (7, 2));
        });
    });
}

/// Whichever reading of the clock panics, a flight ends, and other threads do not wait for it.
#[test]
fn a_clock_that_panics_leaves_nobody_waiting() {
    alone(|| {
        #[weak_memo(ttl = "1h", idle = "1h")]
        fn bare(n: &Arc<u32>) -> u32 {
            **n
        }
        #[weak_memo(ttl = "1h", capacity = 2)]
        fn keyed(n: &Arc<u32>, m: u32) -> u32 {
            **n + m
        }
        static LEFT: AtomicU64 = AtomicU64::new(u64::MAX);
        memo_core::set_clock(|| {
            assert!(LEFT.fetch_sub(1, Ordering::SeqCst) != 0, "this reading fails");
            Duration::from_secs(1)
        });
        let calls: [fn(&Arc<u32>) -> u32; 2] = [|n| bare(n), |n| (0..4).map(|m| keyed(n, m)).sum()];
        for reading in 0..16 {
            for call in calls {
                let n = Arc::new(1);
                LEFT.store(reading, Ordering::SeqCst);
                let here = std::panic::catch_unwind(|| call(&n));
                LEFT.store(u64::MAX, Ordering::SeqCst);
                let there = watchdog(|| std::thread::scope(|scope| scope.spawn(|| call(&n)).join().unwrap()));
                assert_eq!(here.unwrap_or(there), there, "reading {reading}");
            }
        }
        for stats in [bare_memo().stats(), keyed_memo().stats()] {
            assert_balanced(&stats);
        }
    });
}

/// The result is in hand, and panics when it is dropped: two panics at once would end the process.
#[test]
fn a_clock_that_panics_drops_the_result_quietly() {
    static LOUD: AtomicU64 = AtomicU64::new(0);
    #[derive(Clone)]
    struct Loud;
    impl Drop for Loud {
        fn drop(&mut self) {
            assert!(LOUD.load(Ordering::SeqCst) == 0, "the result");
        }
    }
    #[weak_memo(ttl = "1h")]
    fn f(n: &Anchored<u32>) -> Loud {
        let _ = n;
        LOUD.store(1, Ordering::SeqCst);
        Loud
    }
    alone(|| {
        memo_core::set_clock(|| {
            assert!(LOUD.load(Ordering::SeqCst) == 0, "the clock");
            Duration::from_secs(1)
        });
        let n = Anchored::new(1);
        assert_eq!(memo_tests::panic_of(|| std::mem::forget(f(&n))), "the clock");
        LOUD.store(0, Ordering::SeqCst);
        assert_eq!(f_memo().len(), 0);
    });
}

/// Law 7, for the clock: it may call memos, and panic.
#[test]
fn a_clock_may_call_other_memos_and_panic() {
    alone(|| {
        #[weak_memo]
        fn other(n: &Anchored<u32>) -> u64 {
            u64::from(**n)
        }
        #[weak_memo(ttl = "10s")]
        fn f(n: &Arc<u32>, m: u32) -> u32 {
            **n + m
        }
        static SECONDS: AtomicU64 = AtomicU64::new(0);
        let object = Anchored::new(3);
        memo_core::set_clock(move || {
            let seconds = SECONDS.load(Ordering::SeqCst);
            assert!(seconds < 1000, "no such time");
            Duration::from_secs(seconds + other(&object))
        });
        let n = Arc::new(1);
        assert_eq!((f(&n, 1), f(&n, 1)), (2, 2));
        SECONDS.store(1000, Ordering::SeqCst);
        assert!(std::panic::catch_unwind(|| f(&n, 1)).is_err());
        assert!(std::panic::catch_unwind(|| f(&n, 2)).is_err());
        SECONDS.store(5, Ordering::SeqCst);
        assert_eq!((f(&n, 1), f(&n, 2), f_memo().len()), (2, 3, 2));
        assert_eq!(f_memo().stats().entries, 2);
        SECONDS.store(20, Ordering::SeqCst);
        memo_core::sweep();
        assert_eq!((f_memo().stats().entries, f_memo().stats().expired), (0, 2));
    });
}
