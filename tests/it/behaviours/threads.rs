//! Threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, in_time, watchdog};

/// Runs `call` on `threads` threads, let go at once.
fn at_once<R: Send>(threads: usize, call: impl Fn(usize) -> R + Sync) -> Vec<thread::Result<R>> {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let all: Vec<_> = (0..threads)
            .map(|number| {
                let (start, call) = (&start, &call);
                scope.spawn(move || {
                    start.wait();
                    call(number)
                })
            })
            .collect();
        all.into_iter().map(thread::ScopedJoinHandle::join).collect()
    })
}

#[test]
fn b94_threads_on_one_key_compute_once_and_get_the_same() {
    #[weak_memo]
    fn single(n: &Anchored<u64>) -> Arc<u64> {
        Arc::new(**n)
    }
    watchdog(|| {
        for n in 0..500 {
            let n = Anchored::new(n);
            let got: Vec<_> = at_once(4, |_| single(&n)).into_iter().map(Result::unwrap).collect();
            assert!(got.iter().all(|one| Arc::ptr_eq(one, &got[0])));
        }
        assert_eq!(single_memo().stats().computes, 500);
    });
}

#[test]
fn b95_when_the_computing_thread_panics_the_waiters_recompute_and_none_hangs() {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    #[weak_memo]
    fn f(n: &Arc<u64>) -> u64 {
        let call = CALLS.fetch_add(1, SeqCst);
        if call < 3 {
            // Everybody else waits for this one.
            in_time(|| f_memo().stats().waits == [7, 13, 18][call as usize]);
            panic!("number {call}");
        }
        **n
    }
    watchdog(|| {
        let n = Arc::new(5);
        let ends = at_once(8, |_| f(&n));
        assert_eq!(ends.iter().filter(|end| end.is_err()).count(), 3);
        assert!(ends.into_iter().filter_map(Result::ok).all(|answer| answer == 5));
        assert_eq!((f_memo().stats().computes, f_memo().stats().entries), (4, 1));
    });
}

#[test]
fn b96_each_operation_on_different_keys_succeeds_exactly_once() {
    #[weak_memo(capacity = unbounded)]
    fn f(owner: &Anchored<u64>, n: u64, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (owner, n);
        Arc::new(tally.token())
    }
    watchdog(|| {
        let (owner, tally) = (Anchored::new(0), Tally::new());
        let ends = at_once(4, |thread| {
            let mut forgotten = 0;
            for n in 0..2_000 {
                let n = thread as u64 * 10_000 + n;
                f(&owner, n, &tally);
                assert!(f_memo().get((&owner, n, &tally)).is_some());
                assert!(f_memo().forget((&owner, n, &tally)));
                assert!(!f_memo().forget((&owner, n, &tally)));
                forgotten += 1;
            }
            // And on keys of all: each is forgotten by one.
            for n in 0..2_000 {
                f(&owner, 1_000_000 + n, &tally);
                forgotten += u64::from(f_memo().forget((&owner, 1_000_000 + n, &tally)));
            }
            forgotten
        });
        let forgotten: u64 = ends.into_iter().map(Result::unwrap).sum();
        let stats = f_memo().stats();
        assert_eq!((stats.cleared, stats.entries, tally.alive()), (forgotten, 0, 0));
        assert_eq!(stats.computes, stats.cleared + stats.rejected);
    });
}

#[test]
fn b97_mixed_stress_of_lookups_with_equal_and_new_keys_info_clear_and_a_capacity() {
    #[weak_memo(capacity = 50)]
    fn f(owner: &Arc<u64>, text: &str, other: &Arc<u64>) -> String {
        format!("{owner}{text}{other}")
    }
    alone(|| {
        let owners: Vec<_> = (0..3).map(Arc::new).collect();
        let others: Vec<_> = (0..3).map(Arc::new).collect();
        let ends = at_once(4, |thread| {
            for n in 0..4_000_usize {
                let (owner, other) = (&owners[n % 3], &others[(n / 3 + thread) % 3]);
                match n % 100 {
                    0 => drop(f_memo().clear()),
                    1..5 => drop(f_memo().stats().to_string()),
                    5..8 => {
                        let fresh = Arc::new(7);
                        assert_eq!(f(owner, "x", &fresh), format!("{owner}x7"));
                        assert_eq!(f(&fresh, "x", other), format!("7x{other}"));
                    }
                    8 => drop(f_memo().len()),
                    _ => {
                        let text = (n * 7 % 80).to_string();
                        assert_eq!(f(owner, &text, other), format!("{owner}{text}{other}"));
                    }
                }
            }
        });
        ends.into_iter().for_each(Result::unwrap);
        let stats = f_memo().stats();
        let gone = stats.dropped + stats.evicted + stats.cleared + stats.rejected;
        assert_eq!(stats.computes, stats.entries + gone, "{stats:?}");
        assert!(f_memo().len() <= 150 && stats.hits > 0 && stats.evicted > 0);
    });
}

#[test]
fn b99_the_last_reference_dropped_between_lookup_and_publish_resurrects_and_leaks_nothing() {
    static STARTED: Barrier = Barrier::new(2);
    static GO_ON: Barrier = Barrier::new(2);
    #[weak_memo]
    fn f(owner: &Arc<Tally>, other: &Arc<u32>) -> Arc<Token> {
        let _ = other;
        STARTED.wait();
        GO_ON.wait();
        Arc::new(owner.token())
    }
    alone(|| {
        let tally = Tally::new();
        for _ in 0..20 {
            let (owner, other) = (Arc::new(tally.clone()), Arc::new(1));
            let (theirs, their_other) = (Arc::clone(&owner), Arc::clone(&other));
            let (weak, weak_other) = (Arc::downgrade(&owner), Arc::downgrade(&other));
            let call = thread::spawn(move || drop(f(&theirs, &their_other)));
            STARTED.wait();
            // All that is left is the call's own.
            drop((owner, other));
            sweep();
            GO_ON.wait();
            call.join().unwrap();
            assert!(weak.upgrade().is_none() && weak_other.upgrade().is_none());
            assert_eq!(f_memo().len(), 0);
        }
        sweep();
        assert_eq!((tally.made(), tally.alive()), (20, 0));
    });
}

#[test]
fn b102_statistics_are_read_ten_thousand_times_while_four_threads_insert() {
    #[weak_memo(capacity = 10)]
    fn f(owner: &Arc<u64>, n: u64) -> u64 {
        **owner + n
    }
    watchdog(|| {
        let (owner, stop) = (Arc::new(1), AtomicBool::new(false));
        thread::scope(|scope| {
            for thread in 0..4 {
                let (owner, stop) = (&owner, &stop);
                scope.spawn(move || {
                    let mut n = thread;
                    // Also where the reader is done before this thread gets a word in.
                    while n < 120 || !stop.load(SeqCst) {
                        f_memo().insert((owner, n % 30), n);
                        f(owner, n % 40);
                        n += 4;
                    }
                });
            }
            let mut last = f_memo().stats();
            for _ in 0..10_000 {
                let stats = f_memo().stats();
                assert!(stats.inserts >= last.inserts && stats.misses >= last.misses && stats.evicted >= last.evicted);
                assert!(stats.entries <= stats.inserts + stats.computes, "no underflow");
                last = stats;
            }
            stop.store(true, SeqCst);
        });
        let stats = f_memo().stats();
        let gone = stats.evicted + stats.replaced + stats.rejected;
        assert_eq!((stats.computes + stats.inserts, stats.entries), (stats.entries + gone, 10));
    });
}
