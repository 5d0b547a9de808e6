//! When a result is over, for every way to look at it.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, RemovalCause, weak_memo};

use super::clock::Time;

#[test]
fn a_result_serves_until_its_time_is_over() {
    #[weak_memo(ttl = "10s")]
    fn f(n: &Arc<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Arc::new(7));
    f(&n);
    time.pass(9_999);
    assert_eq!((f(&n), f_memo().len(), f_memo().is_empty()), (7, 1, false));
    assert_eq!(f_memo().entries_of(&n).len(), 1);
    time.pass(1);
    assert_eq!((f_memo().get(&n), f_memo().len(), f_memo().is_empty()), (None, 0, true));
    assert!(f_memo().entries_of(&n).is_empty());
    // Nobody has taken it out yet.
    assert_eq!((f_memo().stats().entries, f_memo().stats().expired), (1, 0));
    assert_eq!(f(&n), 7);
    let stats = f_memo().stats();
    assert_eq!((stats.computes, stats.hits, stats.misses, stats.expired, stats.entries), (2, 1, 2, 1, 1));
}

/// Case 5: a read puts `idle` off at once. A look by the handle does not.
#[test]
fn a_hit_puts_idle_off_and_a_look_does_not() {
    #[weak_memo(idle = "10s")]
    fn f(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    f(&n, 1);
    for _ in 0..5 {
        time.pass(9_999);
        assert_eq!(f(&n, 1), 8);
    }
    assert_eq!(f_memo().stats().computes, 1);
    time.pass(9_999);
    assert_eq!(f_memo().get((&n, 1)), Some(8));
    time.pass(1);
    assert_eq!(f_memo().get((&n, 1)), None);
    assert_eq!((f(&n, 1), f_memo().stats().computes), (8, 2));
}

/// Case 6: what has expired does not come back, whoever looks.
#[test]
fn what_is_over_does_not_come_back() {
    #[weak_memo(ttl = "10s", idle = "1s")]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let (time, n) = (Time::begin(), Arc::new(7));
    f(&n, 1);
    time.pass(1_000);
    for _ in 0..3 {
        assert_eq!(f_memo().get((&n, 1)), None);
        assert_eq!(f_memo().len(), 0);
    }
}

/// Cases 7, 8 and 10: a deadline is read once, and one in the past is not the end of a new one, nor is anything else left of it.
#[test]
fn a_result_that_is_computed_again_has_its_time_before_it() {
    #[weak_memo(ttl = "10s", idle = "4s")]
    fn f(n: &Anchored<u32>) -> u32 {
        **n
    }
    let (time, n) = (Time::begin(), Anchored::new(7));
    f(&n);
    time.pass(12_000);
    f(&n);
    time.pass(3_999);
    assert_eq!(f_memo().get(&n), Some(7));
    f_memo().refresh(&n);
    time.pass(3_999);
    f(&n);
    time.pass(3_999);
    f(&n);
    time.pass(2_002);
    assert_eq!(f_memo().get(&n), None, "10 s after it was refreshed");
    f_memo().insert(&n, 8);
    time.pass(3_999);
    assert_eq!(f(&n), 8);
}

/// Case 9: what was taken away when its time was over was not there.
#[test]
fn to_forget_what_is_over_is_to_forget_nothing() {
    #[weak_memo(ttl = "10s")]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let (time, n) = (Time::begin(), Arc::new(7));
    f(&n, 1);
    f(&n, 2);
    assert!(f_memo().forget((&n, 1)));
    time.pass(10_000);
    assert!(!f_memo().forget((&n, 2)));
    let stats = f_memo().stats();
    assert_eq!((stats.cleared, stats.expired, stats.entries), (1, 1, 0));
}

#[test]
fn listeners_hear_that_a_result_has_expired() {
    #[weak_memo(ttl = "10s", capacity = 2)]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    use std::sync::Mutex;
    let (time, n, heard) = (Time::begin(), Arc::new(7), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&heard);
    f_memo().on_removal(move |removal| noted.lock().unwrap().push((removal.cause(), removal.value().copied())));
    f(&n, 1);
    time.pass(5_000);
    f(&n, 2);
    time.pass(5_000);
    // The one that is over goes before the one that was not used for longer, or since it was hit.
    f(&n, 3);
    assert_eq!(*heard.lock().unwrap(), [(RemovalCause::Expired, Some(8))]);
    time.pass(5_000);
    f(&n, 2);
    f(&n, 4);
    f(&n, 5);
    let heard = heard.lock().unwrap();
    assert_eq!(heard[1], (RemovalCause::Expired, Some(9)));
    let stats = f_memo().stats();
    assert_eq!((stats.expired + stats.evicted, stats.entries), (heard.len() as u64, 2));
}

/// Owners of every kind, with a key and without, shared and of one thread.
#[test]
fn every_kind_of_owner() {
    #[weak_memo(ttl = "1s")]
    fn inside(n: &Anchored<String>) -> String {
        n.to_uppercase()
    }
    #[weak_memo(ttl = "1s")]
    fn inside_keyed(n: &Anchored<String>, m: &str) -> String {
        n.to_uppercase() + m
    }
    #[weak_memo(ttl = "1s")]
    fn arc(n: &Arc<String>) -> Arc<String> {
        Arc::new(n.to_uppercase())
    }
    #[weak_memo(ttl = "1s")]
    fn arc_keyed(n: &Arc<String>, other: &Arc<String>) -> Arc<String> {
        Arc::new(n.to_uppercase() + other)
    }
    #[weak_memo(ttl = "1s", local)]
    fn local(n: &Arc<String>) -> Rc<String> {
        Rc::new(n.to_uppercase())
    }
    #[weak_memo(ttl = "1s")]
    fn rc(n: &Rc<String>, m: u32) -> Rc<String> {
        Rc::new(n.to_uppercase() + &m.to_string())
    }
    let time = Time::begin();
    let text = String::from("a");
    let (inner, shared, single) = (Anchored::new(text.clone()), Arc::new(text.clone()), Rc::new(text));
    let other = Arc::new(String::from("b"));
    for round in 1..=3 {
        for _ in 0..2 {
            assert_eq!((inside(&inner).as_str(), inside_keyed(&inner, "x").as_str()), ("A", "Ax"));
            assert_eq!((arc(&shared).as_str(), arc_keyed(&shared, &other).as_str()), ("A", "Ab"));
            assert_eq!((local(&shared).as_str(), rc(&single, 1).as_str()), ("A", "A1"));
        }
        let all = [
            inside_memo().stats(),
            inside_keyed_memo().stats(),
            arc_memo().stats(),
            arc_keyed_memo().stats(),
            local_memo().stats(),
            rc_memo().stats(),
        ];
        for stats in all {
            assert_eq!((stats.computes, stats.hits, stats.expired, stats.entries), (round, round, round - 1, 1));
        }
        assert_eq!((rc_memo().len(), local_memo().len(), inside_memo().len(), arc_keyed_memo().len()), (1, 1, 1, 1));
        time.pass(1_000);
        assert_eq!((rc_memo().len(), local_memo().len(), inside_memo().len(), arc_keyed_memo().len()), (0, 0, 0, 0));
    }
}
