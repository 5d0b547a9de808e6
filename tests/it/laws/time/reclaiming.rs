//! Results that are over, and that no call asks for again.

use std::sync::Arc;

use memo_core::{Anchored, Sweeper, weak_memo};
use memo_tests::{alone, in_time, live_bytes};

use super::clock::Time;

#[test]
fn a_sweep_takes_them_all_out() {
    alone(|| {
        #[weak_memo(ttl = "10s", capacity = 5000)]
        fn keyed(n: &Anchored<u32>, m: u32) -> Arc<u32> {
            Arc::new(**n + m)
        }
        #[weak_memo(idle = "10s")]
        fn of_arc(n: &Arc<u32>) -> Arc<u32> {
            Arc::new(**n)
        }
        #[weak_memo(ttl = "10s", local)]
        fn of_thread(n: &Arc<u32>) -> Arc<u32> {
            Arc::new(**n)
        }
        let time = Time::begin();
        let (n, arcs) = (Anchored::new(1), (0..100).map(Arc::new).collect::<Vec<_>>());
        let mut seen: Vec<_> = (0..3000).map(|m| Arc::downgrade(&keyed(&n, m))).collect();
        seen.extend(arcs.iter().map(|n| Arc::downgrade(&of_arc(n))));
        seen.extend(arcs.iter().map(|n| Arc::downgrade(&of_thread(n))));
        time.pass(9_999);
        keyed(&n, 3000);
        memo_core::sweep();
        assert!(seen.iter().all(|value| value.strong_count() == 1));
        time.pass(1);
        memo_core::sweep();
        assert!(seen.iter().all(|value| value.strong_count() == 0));
        let all = [keyed_memo().stats(), of_arc_memo().stats(), of_thread_memo().stats()];
        assert_eq!(all.map(|stats| (stats.expired, stats.entries)), [(3000, 1), (100, 0), (100, 0)]);
    });
}

/// A program that is idle: only the sweeper looks.
#[test]
fn a_sweeper_takes_them_out_of_a_program_that_is_idle() {
    alone(|| {
        static SECONDS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        use std::sync::atomic::Ordering::SeqCst;
        memo_core::set_clock(|| std::time::Duration::from_secs(SECONDS.load(SeqCst)));
        #[weak_memo(ttl = "10s")]
        fn f(n: &Anchored<u32>) -> Arc<u32> {
            Arc::new(**n)
        }
        let n = Anchored::new(1);
        let value = Arc::downgrade(&f(&n));
        let _sweeper = Sweeper::every(std::time::Duration::from_millis(1));
        SECONDS.store(10, SeqCst);
        in_time(|| value.strong_count() == 0);
    });
}

/// Nobody sweeps: the misses of the memo find what is over.
#[test]
fn further_computes_find_them() {
    alone(|| {
        #[weak_memo(ttl = "10s")]
        fn f(n: &Anchored<u32>, m: u32) -> [u64; 8] {
            [u64::from(**n + m); 8]
        }
        let time = Time::begin();
        let many: Vec<_> = (0..200).map(Anchored::new).collect();
        for n in &many {
            (0..20).for_each(|m| {
                f(n, m);
            });
        }
        time.pass(10_000);
        let one = Anchored::new(0);
        // Each compute visits a cell of one of eight lists, of which this thread's is one.
        (0..8 * 201).for_each(|m| {
            f(&one, m);
        });
        let stats = f_memo().stats();
        assert_eq!(stats.expired, 4000, "{stats}");
    });
}

/// An hour of objects that come and go, under a `ttl` that never lets one be: what is held does not grow.
#[test]
fn what_is_held_does_not_grow() {
    alone(|| {
        #[weak_memo(ttl = "1s", stale = "1s", capacity = 64)]
        fn f(n: &Arc<u32>, m: u32) -> [u64; 8] {
            [u64::from(**n + m); 8]
        }
        let (time, n) = (Time::begin(), Arc::new(1));
        let round = |at: u32| {
            for m in 0..64 {
                assert_eq!(f(&n, m % 48 + at % 16)[0], u64::from(1 + m % 48 + at % 16));
                time.pass(40);
            }
        };
        (0..20).for_each(round);
        let before = live_bytes();
        (20..400).for_each(round);
        let grown = live_bytes().saturating_sub(before);
        assert!(grown < 16 << 10, "{grown} bytes more");
        let stats = f_memo().stats();
        assert_eq!(
            stats.computes,
            stats.entries + stats.expired + stats.evicted + stats.replaced + stats.rejected,
            "{stats}"
        );
    });
}

/// A value that ends while its own memo is called again, and one whose destructor panics.
#[test]
fn destructors_may_call_the_memo_and_panic() {
    alone(|| {
        #[derive(Clone)]
        struct Loud(#[allow(dead_code, reason = "it is held")] Arc<Inner>);
        struct Inner(u32, Arc<u32>);
        impl Drop for Inner {
            fn drop(&mut self) {
                if self.0 < 3 {
                    f(&self.1, self.0 + 10);
                } else if self.0 < 10 {
                    panic!("{}", self.0);
                }
            }
        }
        #[weak_memo(ttl = "10s")]
        fn f(n: &Arc<u32>, m: u32) -> Loud {
            Loud(Arc::new(Inner(m, Arc::new(**n))))
        }
        let (time, n) = (Time::begin(), Arc::new(1));
        (0..6).for_each(|m| drop(f(&n, m)));
        time.pass(10_000);
        let panicked = std::panic::catch_unwind(memo_core::sweep).expect_err("a destructor panics");
        assert!(panicked.downcast_ref::<String>().is_some_and(|said| ["3", "4", "5"].contains(&said.as_str())));
        assert_eq!(f_memo().stats().expired, 6);
        memo_core::sweep();
        assert_eq!(f_memo().len(), 0);
    });
}
