//! Spans, as they are written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use memo_core::{Anchored, weak_memo};

use super::clock::Time;

/// Cases 1, 3 and 7: spans that are too long for any clock, and their sums.
#[test]
fn a_span_may_be_longer_than_any_time() {
    #[weak_memo(ttl = Duration::MAX, idle = Duration::MAX, stale = Duration::MAX, jitter = 0.5)]
    fn longest(n: &Anchored<u32>) -> u32 {
        **n
    }
    #[weak_memo(ttl = "580years", stale = "580years", idle = "1000years")]
    fn long(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    for _ in 0..3 {
        assert_eq!((longest(&n), long(&n)), (7, 7));
        time.pass(1_000_000_000_000);
    }
    assert_eq!((longest_memo().stats().computes, long_memo().stats().computes), (1, 1));
}

/// Case 11: a deadline far ahead comes neither early nor never.
#[test]
fn a_long_span_ends_to_the_millisecond() {
    const YEARS: u64 = 1_000 * 60 * 60 * 24 * 365 * 40;
    #[weak_memo(ttl = Duration::from_millis(YEARS))]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    for round in 1..3 {
        f(&n);
        for _ in 0..40 {
            time.pass(YEARS / 40 - 1);
            f(&n);
        }
        assert_eq!(f_memo().stats().computes, round);
        time.pass(41);
    }
}

#[test]
fn text_is_read_with_its_units() {
    #[weak_memo(ttl = "1500ms")]
    fn a(n: &Anchored<u32>) -> u32 {
        **n
    }
    #[weak_memo(ttl = "1m 30s")]
    fn b(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    let _ = (a(&n), b(&n));
    time.pass(1_499);
    assert_eq!(a_memo().get(&n), Some(7));
    time.pass(1);
    assert_eq!((a_memo().get(&n), b_memo().get(&n)), (None, Some(7)));
    time.pass(88_500);
    assert_eq!(b_memo().get(&n), None);
}

#[test]
fn an_expression_is_asked_for_each_result() {
    static SECONDS: AtomicU64 = AtomicU64::new(10);
    fn configured() -> Duration {
        Duration::from_secs(SECONDS.load(Ordering::SeqCst))
    }
    #[weak_memo(ttl = configured())]
    fn f(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    f(&n, 1);
    SECONDS.store(20, Ordering::SeqCst);
    f(&n, 2);
    // Case 4: nothing is what an expression of no time keeps, and the caller has its answer.
    SECONDS.store(0, Ordering::SeqCst);
    assert_eq!((f(&n, 3), f(&n, 3), f_memo().stats().computes), (10, 10, 4));
    time.pass(10_000);
    assert_eq!((f_memo().get((&n, 1)), f_memo().get((&n, 2)), f_memo().get((&n, 3))), (None, Some(9), None));
}

/// Law 8: a span that panics leaves nothing.
#[test]
fn an_expression_may_panic() {
    static BROKEN: AtomicU64 = AtomicU64::new(1);
    #[weak_memo(ttl = if BROKEN.load(Ordering::SeqCst) == 1 { panic!("no span") } else { Duration::from_secs(1) })]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (_time, n) = (Time::begin(), Anchored::new(7));
    assert!(std::panic::catch_unwind(|| f(&n)).is_err());
    assert_eq!((f_memo().stats().entries, f_memo().len()), (0, 0));
    BROKEN.store(0, Ordering::SeqCst);
    assert_eq!((f(&n), f(&n), f_memo().stats().hits), (7, 7, 1));
}

/// Case 14: what was stored together does not expire together.
#[test]
fn jitter_spreads_the_ends() {
    #[weak_memo(ttl = "100s", jitter = 0.5)]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let time = Time::begin();
    let many: Vec<_> = (0..1000).map(Anchored::new).collect();
    for n in &many {
        f(n);
    }
    let living = || many.iter().filter(|n| f_memo().get(*n).is_some()).count();
    time.pass(49_999);
    assert_eq!(living(), 1000);
    time.pass(25_001);
    assert!((300..700).contains(&living()), "{}", living());
    time.pass(25_000);
    assert_eq!(living(), 0);
}
