//! Extra keys under one owner: what is taken out beside other threads, which may be looking at it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

use memo_core::weak_memo;
use memo_tests::{Tally, Token, alone, live_bytes};

use crate::sized;

const ROUNDS: u32 = sized(30_000) as u32;
/// What may wait until other threads have left, however much it is that came and went.
const MOST_WAITING: usize = 512 << 10;

/// Runs `act` beside threads that hit all the time.
fn beside_hits(threads: usize, act: impl FnOnce()) {
    #[weak_memo]
    fn hot(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let (stop, hits) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let n = Arc::new(1);
                while !stop.load(SeqCst) {
                    (0..100).for_each(|m| assert_eq!(hot(&n, m % 8), 1 + m % 8));
                    hits.fetch_add(100, SeqCst);
                }
            });
        }
        while hits.load(SeqCst) < 100 * threads as u64 {
            thread::yield_now();
        }
        act();
        stop.store(true, SeqCst);
    });
}

/// The most bytes that `round` leaves behind at any time, beyond those after the first thousand.
fn grows_by(mut round: impl FnMut(u32)) -> usize {
    (0..1_000).for_each(&mut round);
    let before = live_bytes();
    let mut most = 0;
    for n in 1_000..ROUNDS {
        round(n);
        most = most.max(live_bytes().saturating_sub(before));
    }
    most
}

#[test]
fn what_is_taken_out_beside_other_threads_is_bounded_in_bytes() {
    #[weak_memo(capacity = 8)]
    fn small(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo(capacity = 8)]
    fn by_name(n: &Arc<u32>, name: &str) -> usize {
        **n as usize + name.len()
    }
    #[weak_memo(capacity = 8)]
    fn by_object(n: &Arc<u32>, other: &Arc<[u8; 4096]>) -> u32 {
        **n + u32::from(other[0])
    }
    alone(|| {
        let n = Arc::new(1);
        beside_hits(3, || {
            let grown = grows_by(|m| assert_eq!(small(&n, m), 1 + m));
            assert!(grown < MOST_WAITING, "numbers: {grown}");
            // 4 KiB each, which the key of an entry keeps.
            let grown = grows_by(|m| assert_eq!(by_name(&n, &format!("{m:4096}")), 4097));
            assert!(grown < MOST_WAITING, "names: {grown}");
            let grown = grows_by(|_| assert_eq!(by_object(&n, &Arc::new([7; 4096])), 8));
            assert!(grown < 2 * MOST_WAITING, "objects, some of which wait for a sweep: {grown}");
        });
    });
}

/// Law 11: what is evicted or forgotten is dropped before the call returns, though other threads are looking.
#[test]
fn a_value_that_is_taken_out_beside_other_threads_is_dropped_at_once() {
    #[weak_memo(capacity = 8)]
    fn f(n: &Arc<u32>, m: u32, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (n, m);
        Arc::new(tally.token())
    }
    alone(|| {
        let (n, tally) = (Arc::new(1), Tally::new());
        beside_hits(1, || {
            for m in 0..10_000 {
                drop(f(&n, m, &tally));
                assert!(tally.alive() <= 8, "evicted");
            }
            assert!(f_memo().forget((&n, 9_999, &tally)));
            assert_eq!(tally.alive(), 7, "forgotten");
            f_memo().clear();
            assert_eq!(tally.alive(), 0, "cleared");
        });
    });
}

/// Each call that grows one owner moves at most a part of its entries, and what it no longer needs is given back.
#[test]
fn an_owner_of_many_keys_gives_all_back() {
    #[weak_memo(capacity = unbounded)]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    alone(|| {
        let n = Arc::new(1);
        f(&n, 0);
        let before = live_bytes();
        (0..ROUNDS).for_each(|m| assert_eq!(f(&n, m), 1 + m));
        (0..ROUNDS).for_each(|m| assert_eq!(f_memo().get((&n, m)), Some(1 + m)));
        let each = (live_bytes() - before) / ROUNDS as usize;
        assert!(each <= 96, "{each} bytes an entry");
        (1..ROUNDS).for_each(|m| assert!(f_memo().forget((&n, m))));
        let left = live_bytes().saturating_sub(before);
        assert!(left < 4 << 10, "{left} bytes");
        assert_eq!((f_memo().len(), f(&n, 0)), (1, 1));
    });
}
