//! Law 2: one compute per living key. Here bodies wait until everybody else does (`waits` says so), so that the race
//! is the one the test is about.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier};

use memo_core::{Anchored, weak_memo};
use memo_tests::{in_time, message, watchdog};

use crate::{all_at_once, answers};

const THREADS: usize = 8;
const OTHERS: u64 = 7;

#[test]
fn callers_of_one_arc_wait_for_one_compute() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> u32 {
        in_time(|| f_memo().stats().waits == OTHERS);
        **n + 1
    }
    watchdog(|| {
        let n = Arc::new(6);
        assert_eq!(answers(THREADS, |_| f(&n)), [7; THREADS]);
        let stats = f_memo().stats();
        assert_eq!((stats.computes, stats.misses, stats.waits, stats.hits), (1, 8, 7, 0));
    });
}

#[test]
fn callers_of_one_extra_key_wait_for_one_compute_and_other_keys_do_not_wait() {
    #[weak_memo]
    fn f(n: &Arc<u32>, text: &str) -> String {
        if text == "waited for" {
            in_time(|| f_memo().stats().waits == OTHERS);
            // Another key is not in the way of this one.
            assert_eq!(f(n, "free"), "free6");
        }
        format!("{text}{n}")
    }
    watchdog(|| {
        let n = Arc::new(6);
        assert_eq!(answers(THREADS, |_| f(&n, "waited for")), ["waited for6"; THREADS]);
        assert_eq!(f_memo().stats().computes, 2);
    });
}

#[test]
fn callers_of_one_object_with_an_anchor_wait_for_one_compute() {
    #[weak_memo]
    fn f(n: &Anchored<u32>, other: &Arc<u32>) -> u32 {
        in_time(|| f_memo().stats().waits == OTHERS);
        **n + **other
    }
    watchdog(|| {
        let (n, other) = (Anchored::new(6), Arc::new(1));
        assert_eq!(answers(THREADS, |_| f(&n, &other)), [7; THREADS]);
        assert_eq!(f_memo().stats().computes, 1);
    });
}

#[test]
fn a_lending_memo_lends_every_caller_the_same_result() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> &u32 {
        in_time(|| f_memo().stats().waits == OTHERS);
        **n + 1
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(n: &Arc<u32>, m: u32) -> &u32 {
        in_time(|| keyed_memo().stats().waits == OTHERS);
        **n + m
    }
    watchdog(|| {
        let n = Arc::new(6);
        let lent = answers(THREADS, |_| f(&n));
        assert!(lent.iter().all(|one| **one == 7 && std::ptr::eq(*one, lent[0])));
        let lent = answers(THREADS, |_| keyed(&n, 2));
        assert!(lent.iter().all(|one| **one == 8 && std::ptr::eq(*one, lent[0])));
        assert_eq!((f_memo().stats().computes, keyed_memo().stats().computes), (1, 1));
    });
}

/// The first body panics when all others wait; the second goes on when all but it and the first wait again.
fn panic_once(calls: &AtomicUsize, waits: impl Fn() -> u64) {
    if calls.fetch_add(1, SeqCst) == 0 {
        in_time(|| waits() == OTHERS);
        panic!("the first one fails");
    }
    in_time(|| waits() == 2 * OTHERS - 1);
}

#[test]
fn when_the_computing_call_panics_one_of_the_waiters_computes_next() {
    static CALLS: [AtomicUsize; 7] = [const { AtomicUsize::new(0) }; 7];
    #[weak_memo]
    fn single(n: &Arc<u32>) -> u32 {
        panic_once(&CALLS[0], || single_memo().stats().waits);
        **n
    }
    #[weak_memo]
    fn keyed(n: &Arc<u32>, _: &str) -> u32 {
        panic_once(&CALLS[1], || keyed_memo().stats().waits);
        **n
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &u32 {
        panic_once(&CALLS[2], || lent_memo().stats().waits);
        **n
    }
    #[weak_memo(capacity = unbounded)]
    fn lent_keyed(n: &Arc<u32>, _: u32) -> &u32 {
        panic_once(&CALLS[3], || lent_keyed_memo().stats().waits);
        **n
    }
    #[weak_memo]
    fn inside(n: &Anchored<u32>) -> u32 {
        panic_once(&CALLS[4], || inside_memo().stats().waits);
        **n
    }
    #[weak_memo]
    fn inside_keyed(n: &Anchored<u32>, _: &Arc<u32>) -> u32 {
        panic_once(&CALLS[5], || inside_keyed_memo().stats().waits);
        **n
    }
    #[weak_memo]
    fn inside_lent(n: &Anchored<u32>) -> &u32 {
        panic_once(&CALLS[6], || inside_lent_memo().stats().waits);
        **n
    }
    watchdog(|| {
        let (n, o) = (Arc::new(6), Anchored::new(6));
        let ends = [
            all_at_once(THREADS, |_| single(&n)),
            all_at_once(THREADS, |_| keyed(&n, "k")),
            all_at_once(THREADS, |_| *lent(&n)),
            all_at_once(THREADS, |_| *lent_keyed(&n, 1)),
            all_at_once(THREADS, |_| inside(&o)),
            all_at_once(THREADS, |_| inside_keyed(&o, &n)),
            all_at_once(THREADS, |_| *inside_lent(&o)),
        ];
        for end in ends {
            let (good, bad): (Vec<_>, Vec<_>) = end.into_iter().partition(Result::is_ok);
            assert!(good.into_iter().all(|end| end.is_ok_and(|answer| answer == 6)));
            let [Err(panic)] = &bad[..] else { panic!("one caller sees the panic, not {}", bad.len()) };
            assert_eq!(message(&**panic), "the first one fails");
        }
        for stats in [
            single_memo().stats(),
            keyed_memo().stats(),
            lent_memo().stats(),
            lent_keyed_memo().stats(),
            inside_memo().stats(),
            inside_keyed_memo().stats(),
            inside_lent_memo().stats(),
        ] {
            assert_eq!((stats.computes, stats.rejected, stats.entries), (2, 1, 1));
        }
        assert!(CALLS.iter().all(|calls| calls.load(SeqCst) == 2));
    });
}

#[test]
fn a_failure_that_can_be_cloned_reaches_all_waiters() {
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    #[weak_memo]
    fn fails(n: &Arc<u32>, _: &str) -> Result<u32, String> {
        if TIMES.fetch_add(1, SeqCst) == 0 {
            in_time(|| fails_memo().stats().waits == OTHERS);
            return Err(format!("not {n}"));
        }
        Ok(**n)
    }
    #[weak_memo(some_only)]
    fn absent(n: &Arc<u32>) -> Option<u32> {
        let _ = n;
        in_time(|| absent_memo().stats().waits == OTHERS);
        None
    }
    #[weak_memo(cache_if = |n| *n > 10)]
    fn small(n: &Arc<u32>) -> u32 {
        in_time(|| small_memo().stats().waits == OTHERS);
        **n
    }
    #[weak_memo(cache_if = |n| *n > 10)]
    fn inside(n: &Anchored<u32>, other: &Arc<u32>) -> u32 {
        in_time(|| inside_memo().stats().waits == OTHERS);
        **n + **other
    }
    watchdog(|| {
        let n = Arc::new(6);
        assert_eq!(answers(THREADS, |_| fails(&n, "k")), vec![Err("not 6".to_owned()); THREADS]);
        let stats = fails_memo().stats();
        assert_eq!((stats.computes, stats.rejected, stats.waits, stats.entries), (1, 1, 7, 0));
        assert_eq!(fails(&n, "k"), Ok(6), "it was not stored");

        assert_eq!(answers(THREADS, |_| absent(&n)), [None; THREADS]);
        assert_eq!(answers(THREADS, |_| small(&n)), [6; THREADS]);
        let o = Anchored::new(1);
        assert_eq!(answers(THREADS, |_| inside(&o, &n)), [7; THREADS]);
        assert_eq!((absent_memo().stats().computes, small_memo().stats().computes), (1, 1));
        assert_eq!((absent_memo().get(&n), small_memo().get(&n)), (None, None));
        assert_eq!((inside_memo().stats().computes, inside_memo().get((&o, &n))), (1, None));
    });
}

#[test]
fn a_failure_that_cannot_be_cloned_lets_the_waiters_compute_in_parallel() {
    struct Failure;
    static CALLS: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
    // If they went in turn, the first of the others would wait here for ever.
    static TOGETHER: [Barrier; 2] = [const { Barrier::new(OTHERS as usize) }; 2];

    fn body(which: usize, waits: impl Fn() -> u64) -> Result<u32, Failure> {
        if CALLS[which].fetch_add(1, SeqCst) == 0 {
            in_time(|| waits() == OTHERS);
        } else {
            TOGETHER[which].wait();
        }
        Err(Failure)
    }
    #[weak_memo]
    fn bare(n: &Arc<u32>) -> Result<&u32, Failure> {
        let _ = n;
        body(0, || bare_memo().stats().waits)
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(n: &Arc<u32>, _: u32) -> Result<&u32, Failure> {
        let _ = n;
        body(1, || keyed_memo().stats().waits)
    }
    watchdog(|| {
        let n = Arc::new(6);
        assert!(answers(THREADS, |_| bare(&n)).iter().all(Result::is_err));
        assert!(answers(THREADS, |_| keyed(&n, 1)).iter().all(Result::is_err));
        for stats in [bare_memo().stats(), keyed_memo().stats()] {
            assert_eq!((stats.computes, stats.rejected, stats.entries), (8, 8, 0));
        }
    });
}

#[test]
fn without_single_flight_all_compute_and_all_get_the_first_published_value() {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static INSIDE: Barrier = Barrier::new(THREADS);
    fn body() -> u64 {
        INSIDE.wait();
        NEXT.fetch_add(1, SeqCst)
    }
    #[weak_memo(single_flight = false)]
    fn single(n: &Arc<u32>) -> u64 {
        let _ = n;
        body()
    }
    #[weak_memo(single_flight = false)]
    fn keyed(n: &Arc<u32>, _: &str) -> u64 {
        let _ = n;
        body()
    }
    #[weak_memo(single_flight = false)]
    fn in_object(n: &Anchored<u32>) -> u64 {
        let _ = n;
        body()
    }
    #[weak_memo(single_flight = false)]
    fn lent(n: &Arc<u32>) -> &u64 {
        let _ = n;
        body()
    }
    #[weak_memo(single_flight = false, capacity = unbounded)]
    fn lent_keyed(n: &Arc<u32>, _: u32) -> &u64 {
        let _ = n;
        body()
    }
    watchdog(|| {
        let (n, o) = (Arc::new(6), Anchored::new(6));
        for _ in 0..50 {
            for got in [
                answers(THREADS, |_| single(&n)),
                answers(THREADS, |_| keyed(&n, "k")),
                answers(THREADS, |_| in_object(&o)),
            ] {
                assert!(got.iter().all(|one| *one == got[0]), "{got:?}");
            }
            assert_eq!((single_memo().clear(), keyed_memo().clear(), in_object_memo().clear()), (1, 1, 1));
        }
        for got in [answers(THREADS, |_| lent(&n)), answers(THREADS, |_| lent_keyed(&n, 1))] {
            assert!(got.iter().all(|one| std::ptr::eq(*one, got[0])));
        }
        let stats = single_memo().stats();
        assert_eq!((stats.computes, stats.rejected, stats.cleared, stats.waits), (400, 350, 50, 0));
        for stats in [lent_memo().stats(), lent_keyed_memo().stats()] {
            assert_eq!((stats.computes, stats.rejected, stats.entries), (8, 7, 1));
        }
    });
}

#[test]
fn each_thread_computes_for_its_own_rc() {
    #[weak_memo]
    fn f(n: &Rc<usize>) -> usize {
        **n
    }
    watchdog(|| {
        let got = answers(THREADS, |number| {
            let n = Rc::new(number);
            (f(&n), f(&n))
        });
        assert!(got.iter().enumerate().all(|(number, got)| *got == (number, number)));
        assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (8, 8));
    });
}

#[test]
fn the_body_runs_once_for_each_object_at_its_first_call() {
    thread_local! {
        static SEEN: std::cell::RefCell<Vec<u32>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    #[weak_memo]
    fn f(n: &Rc<u32>) -> u32 {
        SEEN.with_borrow_mut(|seen| seen.push(**n));
        **n
    }
    let all: Vec<_> = (0..5).map(Rc::new).collect();
    for at in [3, 1, 3, 4, 1, 0, 0, 2, 4, 3] {
        assert_eq!(f(&all[at]), at as u32);
    }
    assert_eq!(SEEN.take(), [3, 1, 4, 0, 2]);
}

#[test]
fn threads_that_start_at_once_get_one_result() {
    #[weak_memo]
    fn single(n: &Anchored<u64>) -> Arc<u64> {
        Arc::new(**n)
    }
    watchdog(|| {
        for n in 0..500 {
            let n = Anchored::new(n);
            let got: Vec<_> = all_at_once(4, |_| single(&n)).into_iter().map(Result::unwrap).collect();
            assert!(got.iter().all(|one| Arc::ptr_eq(one, &got[0])));
        }
        assert_eq!(single_memo().stats().computes, 500);
    });
}

#[test]
fn each_of_several_panics_lets_one_of_the_waiters_compute() {
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
        let ends = all_at_once(8, |_| f(&n));
        assert_eq!(ends.iter().filter(|end| end.is_err()).count(), 3);
        assert!(ends.into_iter().filter_map(Result::ok).all(|answer| answer == 5));
        assert_eq!((f_memo().stats().computes, f_memo().stats().entries), (4, 1));
    });
}
