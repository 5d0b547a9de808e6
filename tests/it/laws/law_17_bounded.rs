//! Law 17: entries under one living owner are bounded.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, alone, live_bytes, watchdog};

use crate::Random;

#[test]
fn the_default_capacity_is_1024_for_each_owner() {
    #[weak_memo]
    fn arc(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo]
    fn rc(n: &Rc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo]
    fn inside(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    let (a, b, r, o) = (Arc::new(1), Arc::new(2), Rc::new(1), Anchored::new(1));
    for m in 0..3_000 {
        arc(&a, m);
        rc(&r, m);
        inside(&o, m);
    }
    (0..100).for_each(|m| _ = arc(&b, m));
    assert_eq!((arc_memo().len(), rc_memo().len(), inside_memo().len()), (1_124, 1_024, 1_024));
    assert_eq!(arc_memo().stats().evicted, 3_000 - 1_024);
}

#[test]
fn capacity_changes_the_bound_and_unbounded_removes_it() {
    #[weak_memo(capacity = 1)]
    fn one(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo(capacity = 7)]
    fn seven(n: &Anchored<u32>, text: &str) -> String {
        format!("{}{text}", **n)
    }
    #[weak_memo(capacity = unbounded)]
    fn unbounded(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let (n, o) = (Arc::new(1), Anchored::new(1));
    for m in 0..5_000 {
        assert_eq!((one(&n, m), one(&n, m), unbounded(&n, m)), (1 + m, 1 + m, 1 + m));
        assert_eq!(seven(&o, &m.to_string()), format!("1{m}"));
        assert!(one_memo().stats().entries <= 1 && seven_memo().stats().entries <= 7);
    }
    assert_eq!((one_memo().len(), seven_memo().len(), unbounded_memo().len()), (1, 7, 5_000));
    assert_eq!(one_memo().stats().hits, 5_000, "the newest is never the one to go");
}

#[test]
fn the_oldest_is_evicted_first_and_a_hit_spares_it_until_the_hand_comes_round() {
    #[weak_memo(capacity = 3)]
    fn f(n: &Arc<u32>, m: char) -> char {
        let _ = n;
        m
    }
    let n = Arc::new(1);
    let there = |keys: &str| keys.chars().filter(|&m| f_memo().get((&n, m)).is_some()).collect::<String>();
    "abc".chars().for_each(|m| _ = f(&n, m));
    f(&n, 'a');
    f(&n, 'd');
    assert_eq!(there("abcd"), "acd", "`a` was hit, so `b` is the oldest");
    f(&n, 'e');
    assert_eq!(there("abcde"), "ade");
    f(&n, 'd');
    f(&n, 'f');
    assert_eq!(there("abcdef"), "adf", "the hand went on: past `d`, which was hit, to `e`");
    f_memo().insert((&n, 'g'), 'g');
    assert_eq!(there("abcdefg"), "dfg", "`insert` makes room too, and the hand came round to `a`");
    assert_eq!(f_memo().stats().evicted, 4);
}

#[test]
fn entries_that_are_hit_all_the_time_stay_however_many_others_come() {
    #[weak_memo(capacity = 16)]
    fn f(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Anchored::new(1);
    for m in 0..2_000 {
        (0..4).for_each(|hot| assert_eq!(f(&n, hot), 1 + hot));
        f(&n, 1_000_000 + m);
    }
    assert_eq!(f_memo().stats().computes, 2_004);
}

#[test]
fn entries_with_dead_arguments_are_evicted_first() {
    #[weak_memo(capacity = 100)]
    fn f(owner: &Arc<u32>, other: &Arc<Tally>) -> Arc<Token> {
        let _ = owner;
        Arc::new(other.token())
    }
    alone(|| {
        let (owner, living, dying) = (Arc::new(1), Tally::new(), Tally::new());
        let make = |tally: &Tally| Arc::new(tally.clone());
        // The living are the older ones: by age alone they would go.
        let alive: Vec<_> = (0..50).map(|_| make(&living)).collect();
        let dead: Vec<_> = (0..50).map(|_| make(&dying)).collect();
        alive.iter().chain(&dead).for_each(|other| drop(f(&owner, other)));
        drop(dead);
        assert!(dying.alive() > 40, "most of them have not been swept");
        let new: Vec<_> = (0..50).map(|_| make(&living)).collect();
        for other in &new {
            f(&owner, other);
            assert_eq!(living.dropped(), 0, "no living one has made room for the dead");
        }
        assert_eq!((living.alive(), dying.alive()), (100, 0));
        alive.iter().for_each(|other| drop(f(&owner, other)));
        assert_eq!(f_memo().stats().hits, 50);
        assert!(f_memo().stats().evicted > 40);
    });
}

#[test]
fn the_bound_holds_under_many_threads() {
    #[weak_memo(capacity = 50)]
    fn f(n: &Arc<u32>, m: u64, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (n, m);
        Arc::new(tally.token())
    }
    watchdog(|| {
        let (n, tally) = (Arc::new(1), Tally::new());
        crate::answers(4, |thread| {
            let mut random = Random(thread as u64);
            for _ in 0..5_000 {
                f(&n, random.below(100), &tally);
            }
        });
        assert!(tally.alive() <= 50, "{} results of 50", tally.alive());
        assert_eq!(f_memo().len(), tally.alive());
    });
}

#[test]
fn the_default_bound_is_the_same_when_written_out() {
    #[weak_memo]
    fn bare(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo()]
    fn empty(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo(capacity = 1024, single_flight = true)]
    fn defaults(n: &Arc<u32>, m: u32) -> u32 {
        **n + m
    }
    let n = Arc::new(1);
    for m in (0..2_000).chain(1_990..2_000) {
        assert_eq!((bare(&n, m), empty(&n, m), defaults(&n, m)), (1 + m, 1 + m, 1 + m));
    }
    let [a, b, c] = [bare_memo().stats(), empty_memo().stats(), defaults_memo().stats()]
        .map(|stats| (stats.hits, stats.computes, stats.entries, stats.evicted));
    assert!(a == b && b == c && a == (10, 2_000, 1_024, 976), "{a:?} {b:?} {c:?}");
}

#[test]
fn a_key_whose_hash_changes_every_time_leaks_nothing() {
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    #[derive(Clone, PartialEq, Eq)]
    struct Anyhow(u32);
    impl Hash for Anyhow {
        fn hash<H: Hasher>(&self, state: &mut H) {
            state.write_u64(NEXT.replace(NEXT.get() + 1));
        }
    }
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(value)] key: &Anyhow) -> u32 {
        **owner + key.0
    }
    alone(|| {
        let owner = Anchored::new(1);
        let call = || assert_eq!(f(&owner, &Anyhow(1)), 2);
        (0..5_000).for_each(|_| call());
        let before = live_bytes();
        (0..100_000).for_each(|_| call());
        assert!(live_bytes() < before + 64 * 1024, "{} bytes more", live_bytes() - before);
        assert_eq!(f_memo().len(), 1_024);
    });
}
