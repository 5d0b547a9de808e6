//! How the result of one call came to be, told by the handle.

#![allow(dead_code, reason = "some functions are called through their handle alone")]

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchored, Hit, weak_memo};
use memo_tests::{assert_balanced, panic_of, watchdog};

/// Calls and compares with what the handle of the same memo has counted: (hits, misses, computes, rejected).
macro_rules! counted {
    ($memo:expr) => {{
        let stats = $memo.stats();
        assert_balanced(&stats);
        (stats.hits, stats.misses, stats.computes, stats.rejected)
    }};
}

#[test]
fn a_result_by_clone_is_computed_once_and_remembered_then() {
    #[weak_memo]
    fn plain(text: &Arc<String>) -> usize {
        text.len()
    }
    #[weak_memo]
    fn inside(text: &Anchored<String>) -> String {
        text.to_uppercase()
    }
    #[weak_memo]
    fn keyed(text: &Arc<String>, times: usize) -> String {
        text.repeat(times)
    }
    #[weak_memo]
    fn by_value(times: usize, text: Arc<String>, #[memo(value)] with: String) -> String {
        text.repeat(times) + &with
    }
    #[weak_memo]
    fn of_one_thread(text: &Rc<String>) -> Rc<str> {
        text.as_str().into()
    }
    let text = Arc::new(String::from("ab"));
    assert_eq!(plain_memo().call(&text), (2, Hit::Computed));
    assert_eq!(plain_memo().call(&text), (2, Hit::Remembered));
    assert_eq!(plain(&text), 2);
    assert_eq!(counted!(plain_memo()), (2, 1, 1, 0));

    let anchored = Anchored::new(String::from("ab"));
    assert_eq!(inside(&anchored), "AB");
    assert_eq!(inside_memo().call(&anchored), (String::from("AB"), Hit::Remembered));
    assert_eq!(counted!(inside_memo()), (1, 1, 1, 0));

    for (times, how) in [(2, Hit::Computed), (3, Hit::Computed), (2, Hit::Remembered), (3, Hit::Remembered)] {
        assert_eq!(keyed_memo().call((&text, times)), ("ab".repeat(times), how));
        let with = String::from("!");
        assert_eq!(by_value_memo().call((times, Arc::clone(&text), with)), ("ab".repeat(times) + "!", how));
    }
    assert_eq!(counted!(keyed_memo()), (2, 2, 2, 0));
    assert_eq!(counted!(by_value_memo()), (2, 2, 2, 0));

    let text = Rc::new(String::from("ab"));
    assert_eq!(of_one_thread_memo().call(&text), (Rc::from("ab"), Hit::Computed));
    assert_eq!(of_one_thread_memo().call(&text), (Rc::from("ab"), Hit::Remembered));
}

#[test]
fn a_result_by_reference_is_computed_once_and_remembered_then() {
    #[weak_memo]
    fn words(text: &Arc<String>) -> &[String] {
        text.split_whitespace().map(str::to_owned).collect()
    }
    #[weak_memo(capacity = unbounded)]
    fn from<'t>(text: &'t Anchored<String>, at: usize, with: &str) -> Option<&'t str> {
        text.get(at..).map(|rest| rest.to_owned() + with)
    }
    #[weak_memo]
    #[track_caller]
    fn tracked(text: &Arc<String>) -> &u32 {
        std::panic::Location::caller().line()
    }
    let text = Arc::new(String::from("one two"));
    let (found, how) = words_memo().call(&text);
    assert_eq!((found.len(), how), (2, Hit::Computed));
    assert!(std::ptr::eq(found, words(&text)));
    let (again, how) = words_memo().call(&text);
    assert!(std::ptr::eq(found, again));
    assert_eq!(how, Hit::Remembered);
    assert_eq!(counted!(words_memo()), (2, 1, 1, 0));

    let line = *tracked(&text);
    assert_eq!(tracked_memo().call(&text), (&line, Hit::Remembered));
    let other = Arc::new(String::new());
    assert_eq!(tracked_memo().call(&other).1, Hit::Computed);

    let text = Anchored::new(String::from("one two"));
    assert_eq!(from_memo().call((&text, 4, "!")), (Some("two!"), Hit::Computed));
    assert_eq!(from_memo().call((&text, 9, "!")), (None, Hit::Computed));
    assert_eq!(from_memo().call((&text, 4, "!")), (Some("two!"), Hit::Remembered));
    assert_eq!(from_memo().call((&text, 9, "!")), (None, Hit::Remembered));
    assert_eq!(counted!(from_memo()), (2, 2, 2, 0));
}

#[test]
fn what_is_not_stored_is_told() {
    #[weak_memo]
    fn number(text: &Arc<String>) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }
    #[weak_memo]
    fn lent(text: &Arc<String>) -> Result<&u32, std::num::ParseIntError> {
        text.parse()
    }
    #[weak_memo(cache_if = |n| *n > 9)]
    #[track_caller]
    fn large(n: &Arc<u32>, by: u32) -> u32 {
        **n * by
    }
    #[weak_memo]
    fn cleared(n: &Arc<u32>) -> u32 {
        cleared_memo().clear();
        **n
    }
    let text = Arc::new(String::from("seven"));
    for _ in 0..2 {
        assert!(matches!(number_memo().call(&text), (Err(_), Hit::NotStored)));
        assert!(matches!(lent_memo().call(&text), (Err(_), Hit::NotStored)));
    }
    assert_eq!(counted!(number_memo()), (0, 2, 2, 2));
    assert_eq!(counted!(lent_memo()), (0, 2, 2, 2));
    let n = Arc::new(3);
    assert_eq!(large_memo().call((&n, 2)), (6, Hit::NotStored));
    assert_eq!(large_memo().call((&n, 2)), (6, Hit::NotStored));
    assert_eq!(large_memo().call((&n, 4)), (12, Hit::Computed));
    assert_eq!(large_memo().call((&n, 4)), (12, Hit::Remembered));
    assert_eq!(cleared_memo().call(&n), (3, Hit::NotStored));
}

#[test]
fn the_calls_below_a_call_do_not_count_as_its_own() {
    #[weak_memo]
    fn fib(seed: &Arc<u64>, n: u64) -> Result<u64, ()> {
        match n {
            // Not stored, within calls that are.
            0 => Err(()),
            1 => Ok(**seed),
            // The second is remembered.
            _ => Ok(fib(seed, n - 1)? + fib(seed, n - 2).unwrap_or(0)),
        }
    }
    let seed = Arc::new(1);
    assert_eq!(fib_memo().call((&seed, 20)), (Ok(6765), Hit::Computed));
    assert_eq!(fib_memo().call((&seed, 19)), (Ok(4181), Hit::Remembered));
    assert_eq!(fib_memo().call((&seed, 0)), (Err(()), Hit::NotStored));
}

#[test]
fn who_waits_is_told_so_and_who_computes_too() {
    static ENTERED: Barrier = Barrier::new(2);
    static RAN: AtomicU32 = AtomicU32::new(0);

    fn body() {
        RAN.fetch_add(1, Ordering::Relaxed);
        ENTERED.wait();
        // Until the other waits for this.
        while owned_memo().stats().waits + lent_memo().stats().waits < u64::from(RAN.load(Ordering::Relaxed)) {
            thread::yield_now();
        }
    }
    #[weak_memo]
    fn owned(text: &Arc<String>, key: u8) -> String {
        body();
        format!("{text}{key}")
    }
    #[weak_memo]
    fn lent(text: &Arc<String>) -> &str {
        body();
        text.to_uppercase()
    }
    watchdog(|| {
        let text = Arc::new(String::from("ab"));
        thread::scope(|scope| {
            let first = scope.spawn(|| owned_memo().call((&text, 1)));
            ENTERED.wait();
            assert_eq!(owned_memo().call((&text, 1)), (String::from("ab1"), Hit::Waited));
            assert_eq!(first.join().unwrap(), (String::from("ab1"), Hit::Computed));

            let first = scope.spawn(|| lent_memo().call(&text));
            ENTERED.wait();
            assert_eq!(lent_memo().call(&text), ("AB", Hit::Waited));
            assert_eq!(first.join().unwrap(), ("AB", Hit::Computed));
        });
        assert_eq!(RAN.load(Ordering::Relaxed), 2);
    });
}

#[test]
fn of_those_who_compute_side_by_side_one_is_first_and_the_others_are_overtaken() {
    const RACERS: usize = 4;
    static ALL_IN: Barrier = Barrier::new(RACERS);

    #[weak_memo(single_flight = false)]
    fn owned(text: &Arc<String>, key: u8) -> String {
        ALL_IN.wait();
        format!("{text}{key}")
    }
    #[weak_memo(single_flight = false)]
    fn lent(text: &Arc<String>) -> &str {
        ALL_IN.wait();
        text.to_uppercase()
    }
    #[weak_memo(single_flight = false, capacity = unbounded)]
    fn lent_keyed(text: &Arc<String>, key: u8) -> &String {
        ALL_IN.wait();
        format!("{text}{key}")
    }
    fn outcome(call: impl Fn() -> Hit + Sync) {
        let mut hits = thread::scope(|scope| {
            let racers: Vec<_> = (0..RACERS).map(|_| scope.spawn(&call)).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect::<Vec<_>>()
        });
        hits.sort_by_key(|hit| *hit != Hit::Computed);
        assert_eq!(hits, [Hit::Computed, Hit::Overtaken, Hit::Overtaken, Hit::Overtaken]);
    }
    watchdog(|| {
        let text = Arc::new(String::from("ab"));
        outcome(|| owned_memo().call((&text, 1)).1);
        outcome(|| lent_memo().call(&text).1);
        outcome(|| lent_keyed_memo().call((&text, 1)).1);
    });
}

#[test]
fn a_call_that_panics_leaves_nothing_and_one_that_closes_a_ring_says_so() {
    #[weak_memo]
    fn fails(n: &Arc<u32>) -> u32 {
        assert!(**n > 1, "too small");
        **n
    }
    #[weak_memo]
    fn ring(n: &Arc<u32>) -> u32 {
        ring_memo().call(n).0
    }
    let n = Arc::new(1);
    assert_eq!(panic_of(|| fails_memo().call(&n)), "too small");
    assert!(fails_memo().is_empty());
    let said = panic_of(|| ring_memo().call(&n));
    assert!(said.contains("`testing::calls::ring` at "), "{said}");
}

#[test]
fn a_call_that_closes_a_ring_with_a_value_says_that_it_is_not_stored() {
    #[weak_memo(cycle = 10)]
    fn owned(n: &Arc<u32>, key: u8) -> u32 {
        let (below, how) = owned_memo().call((n, key));
        assert_eq!((below, how), (10, Hit::NotStored));
        **n + below
    }
    let n = Arc::new(1);
    assert_eq!(owned_memo().call((&n, 7)), (11, Hit::Computed));
    assert_eq!(owned_memo().call((&n, 7)), (11, Hit::Remembered));
}

#[test]
fn what_it_is_called() {
    let all = [Hit::Remembered, Hit::Waited, Hit::Computed, Hit::Overtaken, Hit::NotStored];
    let words = all.map(|hit| format!("{hit:>10}")).join("|");
    assert_eq!(words, "remembered|waited for|  computed| overtaken|not stored");
    assert_eq!(all.map(Hit::ran_body), [false, false, true, true, true]);
    assert_eq!(all.map(Hit::is_reused), [true, true, false, false, false]);
}
