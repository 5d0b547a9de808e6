//! The old result while a new one is computed: `stale`, and `renew`.

use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchored, RemovalCause, weak_memo};
use memo_tests::{alone, watchdog};

use super::clock::Time;

/// Case 15: one refresh for each stale result, not one for each who looks.
#[test]
fn one_computes_again_while_the_others_have_the_old_result() {
    static INSIDE: Barrier = Barrier::new(2);
    static VERSION: AtomicU32 = AtomicU32::new(0);
    #[weak_memo(ttl = "10s", stale = "10s")]
    fn f(n: &Arc<u32>) -> u32 {
        let version = VERSION.fetch_add(1, SeqCst);
        if version == 1 {
            INSIDE.wait();
            INSIDE.wait();
        }
        **n + version
    }
    watchdog(|| {
        let (time, n) = (Time::begin(), Arc::new(10));
        assert_eq!(f(&n), 10);
        time.pass(10_000);
        thread::scope(|scope| {
            let renewing = scope.spawn(|| {
                time.enter();
                f(&n)
            });
            INSIDE.wait();
            for _ in 0..5 {
                assert_eq!((f(&n), f_memo().get(&n)), (10, Some(10)));
            }
            INSIDE.wait();
            assert_eq!(renewing.join().unwrap(), 11);
        });
        assert_eq!(f(&n), 11);
        let stats = f_memo().stats();
        assert_eq!((stats.computes, stats.hits, stats.misses, stats.replaced, stats.entries), (2, 6, 2, 1, 1));
    });
}

/// The stale time begins where `ttl` ends, and ends, too.
#[test]
fn after_its_stale_time_a_result_is_over() {
    #[weak_memo(ttl = "10s", stale = "5s")]
    fn f(n: &Anchored<u32>, m: u32) -> Result<u32, &'static str> {
        if f_memo().stats().computes == 0 { Ok(**n + m) } else { Err("down") }
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    assert_eq!(f(&n, 1), Ok(8));
    time.pass(14_999);
    // The one who computes gets the old result where the new one is not kept, and so do all others; nobody tries again.
    for _ in 0..3 {
        assert_eq!(f(&n, 1), Ok(8));
    }
    assert_eq!(f_memo().stats().computes, 2);
    time.pass(1);
    assert_eq!((f(&n, 1), f_memo().len()), (Err("down"), 0));
    let stats = f_memo().stats();
    assert_eq!((stats.computes, stats.rejected, stats.expired, stats.entries), (3, 2, 1, 0));
}

/// A stale result is there, for looks and sweeps as for calls.
#[test]
fn a_stale_result_survives_sweeps_evictions_and_other_computes() {
    // A sweep goes by this test's time, and over all memos.
    alone(|| {
        #[weak_memo(ttl = "10s", stale = "5s", capacity = 4)]
        fn f(n: &Anchored<u32>, m: u32) -> Result<u32, &'static str> {
            if m == 0 && f_memo().stats().computes != 0 { Err("down") } else { Ok(**n + m) }
        }
        let (time, n) = (Time::begin(), Anchored::new(7));
        assert_eq!(f(&n, 0), Ok(7));
        time.pass(10_000);
        memo_core::sweep();
        for other in 0..200 {
            assert_eq!(f(&Anchored::new(other), 1), Ok(other + 1));
        }
        for m in 1..4 {
            assert_eq!(f(&n, m), Ok(7 + m));
        }
        assert_eq!((f_memo().get((&n, 0)), f_memo().entries_of(&n).len()), (Some(Ok(7)), 4));
        assert_eq!((f(&n, 0), f_memo().stats().expired), (Ok(7), 0));
        time.pass(5_000);
        assert_eq!(f_memo().get((&n, 0)), None);
        memo_core::sweep();
        assert_eq!((f_memo().stats().expired, f(&n, 0)), (1, Err("down")));
    });
}

#[test]
fn a_refresh_that_panics_leaves_the_old_result() {
    #[weak_memo(ttl = "10s", stale = "5s")]
    fn f(n: &Anchored<u32>) -> u32 {
        assert!(f_memo().stats().computes != 1, "the second fails");
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    f(&n);
    time.pass(10_000);
    assert!(catch_unwind(|| f(&n)).is_err());
    assert_eq!((f(&n), f_memo().get(&n), f_memo().stats().computes), (7, Some(7), 2));
    time.pass(5_000);
    assert_eq!((f(&n), f_memo().stats().computes), (7, 3));
}

/// A body that asks for its own stale result has the old one.
#[test]
fn a_refresh_may_ask_for_the_old_result() {
    #[weak_memo(ttl = "10s", stale = "5s")]
    fn f(n: &Anchored<u32>) -> u32 {
        f_memo().get(n).unwrap_or_default() + if f_memo().stats().computes == 1 { f(n) } else { **n }
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    assert_eq!(f(&n), 7);
    time.pass(10_000);
    assert_eq!((f(&n), f(&n)), (14, 14));
}

/// Law 11: what is asked to go while it is renewed does not come back, and does not overwrite what is newer.
#[test]
fn a_result_that_is_removed_while_it_is_renewed_is_not_stored() {
    #[weak_memo]
    fn f(n: &Anchored<u32>, m: u32) -> u32 {
        match m {
            1 => drop(f_memo().forget((n, 1))),
            2 => drop(f_memo().clear()),
            3 => f_memo().insert((n, 3), 100),
            _ => {}
        }
        **n + m
    }
    let n = Anchored::new(7);
    for m in 1..=4 {
        f_memo().insert((&n, m), 1);
    }
    assert_eq!((f_memo().renew((&n, 1)), f_memo().get((&n, 1))), (8, None));
    assert_eq!((f_memo().renew((&n, 3)), f_memo().get((&n, 3))), (100, Some(100)));
    assert_eq!((f_memo().renew((&n, 4)), f_memo().get((&n, 4))), (11, Some(11)));
    assert_eq!((f_memo().renew((&n, 2)), f_memo().len()), (9, 0));
    assert_eq!((f(&n, 6), f(&n, 6)), (13, 13));
    // Without an old one.
    assert_eq!((f_memo().renew((&n, 5)), f_memo().get((&n, 5))), (12, Some(12)));
    let stats = f_memo().stats();
    assert_eq!(
        stats.computes + stats.inserts,
        stats.entries + stats.cleared + stats.replaced + stats.rejected,
        "{stats}"
    );
}

#[test]
fn the_old_result_is_dropped_before_renew_returns() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> Arc<u32> {
        Arc::new(**n)
    }
    let n = Arc::new(7);
    let old = Arc::downgrade(&f(&n));
    let heard = Arc::new(AtomicU32::new(0));
    let noted = Arc::clone(&heard);
    let listener = f_memo().on_removal(move |removal| {
        assert_eq!(removal.cause(), RemovalCause::Replaced);
        noted.fetch_add(1, SeqCst);
    });
    let new = f_memo().renew(&n);
    listener.stop();
    assert_eq!((old.strong_count(), heard.load(SeqCst)), (0, 1));
    assert!(Arc::ptr_eq(&new, &f(&n)));
}

/// Many threads, results that come to their end all the time, and requests between: no answer is older than it may be.
#[test]
fn no_answer_is_older_than_its_time() {
    #[weak_memo(ttl = "10s", stale = "5s", capacity = 8, interior_mutability)]
    fn f(clock: &Arc<AtomicU32>, m: u32) -> u32 {
        let _ = m;
        clock.load(SeqCst)
    }
    watchdog(|| {
        let time = Time::begin();
        let clock = Arc::new(AtomicU32::new(0));
        let step = Barrier::new(4);
        thread::scope(|scope| {
            for thread in 0..4_u32 {
                let (time, clock, step) = (&time, &clock, &step);
                scope.spawn(move || {
                    time.enter();
                    for now in 0..1_000 {
                        // Within a step the time stands still.
                        for call in 0..6 {
                            let answer = f(clock, (now * 5 + thread + call) % 12);
                            assert!(answer <= now && now < answer + 15, "{answer} at {now}");
                        }
                        match (now + thread) % 40 {
                            10 => drop(f_memo().forget((clock, 3))),
                            20 => drop(f_memo().renew((clock, 4))),
                            30 => drop(f_memo().refresh((clock, 5))),
                            _ => {}
                        }
                        if step.wait().is_leader() {
                            time.pass(1_000);
                            clock.fetch_add(1, SeqCst);
                        }
                        step.wait();
                    }
                });
            }
        });
        let stats = f_memo().stats();
        assert_eq!(
            stats.computes,
            stats.entries + stats.expired + stats.evicted + stats.replaced + stats.rejected + stats.cleared,
            "{stats}"
        );
    });
}
