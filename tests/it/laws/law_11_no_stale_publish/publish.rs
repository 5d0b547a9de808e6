//! Law 11: no stale publish, no late drop.

use crate::all_at_once;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::thread;

use memo_core::{Anchored, clear_all, memos, weak_memo};
use memo_tests::{Tally, Token, alone, watchdog};

/// What the bodies compute from, besides their arguments. Each test has its own.
struct World {
    config: AtomicU32,
    computing: AtomicUsize,
    /// The first body waits at both: it has started, and it may end.
    started: Barrier,
    go_on: Barrier,
}

impl World {
    const fn new() -> Self {
        Self {
            config: AtomicU32::new(1),
            computing: AtomicUsize::new(0),
            started: Barrier::new(2),
            go_on: Barrier::new(2),
        }
    }

    fn body(&self) -> u32 {
        let seen = self.config.load(SeqCst);
        if self.computing.fetch_add(1, SeqCst) == 0 {
            self.started.wait();
            self.go_on.wait();
        }
        seen
    }
}

/// A call is in its body when the configuration changes and `$ask` asks for the old result to go. A caller who comes
/// then must see the new configuration; the first one gets its old answer, which nobody ever sees again.
macro_rules! overtaken {
    ($test:ident, [$($option:tt)*], $owner:ty, $make:expr, |$handle:ident, $object:ident| $ask:expr, later: $later:expr) => {
        #[test]
        fn $test() {
            static WORLD: World = World::new();
            #[weak_memo($($option)*)]
            fn f(owner: &$owner, key: &str) -> u32 {
                let _ = (owner, key);
                WORLD.body()
            }
            watchdog(|| {
                let $object = $make;
                thread::scope(|scope| {
                    let first = scope.spawn(|| f(&$object, "k"));
                    WORLD.started.wait();
                    WORLD.config.store(2, SeqCst);
                    let $handle = f_memo();
                    $ask;
                    assert_eq!(f(&$object, "k"), $later, "a later caller, while the first one computes");
                    WORLD.go_on.wait();
                    let old = first.join().unwrap();
                    assert!(old == 1 || old == $later, "its own, or what was published first");
                });
                assert_eq!(f(&$object, "k"), $later, "after the first one has ended");
                assert_eq!(f_memo().get((&$object, "k")), Some($later));
                assert_eq!(f_memo().len(), 1);
                memo_tests::assert_balanced(&f_memo().stats());
            });
        }
    };
}

macro_rules! overtaken_by_everything {
    ($name:ident, [$($option:tt)*], $owner:ty, $make:expr) => {
        mod $name {
            use super::*;

            overtaken!(clear, [$($option)*], $owner, $make, |memo, _o| memo.clear(), later: 2);
            overtaken!(forget, [$($option)*], $owner, $make, |memo, o| memo.forget((&o, "k")), later: 2);
            overtaken!(refresh, [$($option)*], $owner, $make, |memo, o| memo.refresh((&o, "k")), later: 2);
            overtaken!(insert, [$($option)*], $owner, $make, |memo, o| memo.insert((&o, "k"), 9), later: 9);
            overtaken!(
                insert_then_forget,
                [$($option)*],
                $owner,
                $make,
                |memo, o| {
                    memo.insert((&o, "k"), 9);
                    memo.forget((&o, "k"))
                },
                later: 2
            );
        }
    };
}

overtaken_by_everything!(of_arcs, [], Arc<u32>, Arc::new(0));
overtaken_by_everything!(of_objects, [], Anchored<u32>, Anchored::new(0));
overtaken_by_everything!(without_single_flight, [single_flight = false], Arc<u32>, Arc::new(0));

/// The same where nobody comes in between: nothing is stored.
macro_rules! not_stored {
    ($test:ident, [$($option:tt)*], |$memo:ident, $n:ident| $ask:expr) => {
        #[test]
        fn $test() {
            static WORLD: World = World::new();
            #[weak_memo($($option)*)]
            fn f(owner: &Arc<u32>) -> u32 {
                let _ = owner;
                WORLD.body()
            }
            watchdog(|| {
                let $n = Arc::new(0);
                thread::scope(|scope| {
                    let first = scope.spawn(|| f(&$n));
                    WORLD.started.wait();
                    WORLD.config.store(2, SeqCst);
                    let $memo = f_memo();
                    $ask;
                    WORLD.go_on.wait();
                    assert_eq!(first.join().unwrap(), 1, "it is returned to its caller");
                });
                assert_eq!(f_memo().get(&$n), None, "and not stored");
                let stats = f_memo().stats();
                assert_eq!((stats.computes, stats.rejected, stats.entries), (1, 1, 0));
                assert_eq!(f(&$n), 2);
            });
        }
    };
}

not_stored!(a_result_computed_across_a_clear_is_not_stored, [], |memo, _n| memo.clear());
not_stored!(a_result_computed_across_a_forget_is_not_stored, [], |memo, n| memo.forget(&n));
not_stored!(a_racers_result_computed_across_a_clear_is_not_stored, [single_flight = false], |memo, _n| memo.clear());
not_stored!(a_racers_result_computed_across_a_forget_is_not_stored, [single_flight = false], |memo, n| memo.forget(&n));
not_stored!(
    a_racers_result_computed_across_an_insert_and_a_forget_is_not_stored,
    [single_flight = false],
    |memo, n| {
        memo.insert(&n, 9);
        assert!(memo.forget(&n));
    }
);

#[test]
fn waiters_for_a_detached_flight_get_its_result_and_later_callers_do_not() {
    static WORLD: World = World::new();
    #[weak_memo]
    fn f(owner: &Arc<u32>) -> u32 {
        let _ = owner;
        WORLD.body()
    }
    watchdog(|| {
        let n = Arc::new(0);
        thread::scope(|scope| {
            let first = scope.spawn(|| f(&n));
            WORLD.started.wait();
            let waiters: Vec<_> = (0..3).map(|_| scope.spawn(|| f(&n))).collect();
            memo_tests::in_time(|| f_memo().stats().waits == 3);
            WORLD.config.store(2, SeqCst);
            assert_eq!(f_memo().clear(), 0, "a flight is no result yet");
            assert_eq!(f(&n), 2);
            WORLD.go_on.wait();
            assert_eq!(first.join().unwrap(), 1);
            waiters.into_iter().for_each(|waiter| assert_eq!(waiter.join().unwrap(), 1));
        });
        assert_eq!((f(&n), f_memo().stats().computes), (2, 2));
    });
}

#[test]
fn a_removed_value_is_dropped_before_the_removing_call_returns() {
    #[weak_memo(capacity = 2)]
    fn f(n: &Arc<u32>, m: u32, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (n, m);
        Arc::new(tally.token())
    }
    let (n, tally) = (Arc::new(0), Tally::new());
    f(&n, 1, &tally);
    assert!(f_memo().forget((&n, 1, &tally)));
    assert_eq!(tally.dropped(), 1);
    f(&n, 1, &tally);
    f_memo().insert((&n, 1, &tally), Arc::new(tally.token()));
    assert_eq!(tally.dropped(), 2);
    f_memo().refresh((&n, 1, &tally));
    assert_eq!(tally.dropped(), 3);
    f(&n, 2, &tally);
    f(&n, 3, &tally);
    assert_eq!(tally.dropped(), 4, "evicted");
    assert_eq!(f_memo().clear(), 2);
    assert_eq!((tally.dropped(), tally.alive()), (6, 0));
}

/// A result whose clone takes its time.
struct Slow {
    gate: Arc<[Barrier; 2]>,
    wait: bool,
    token: Token,
}

impl Clone for Slow {
    fn clone(&self) -> Self {
        if self.wait {
            self.gate[0].wait();
            self.gate[1].wait();
        }
        Self { gate: Arc::clone(&self.gate), wait: false, token: self.token.clone() }
    }
}

type Ask = fn(&Arc<u32>, &Tally, &Arc<[Barrier; 2]>);

#[test]
fn a_value_that_another_call_is_copying_is_dropped_when_the_copy_is_done() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> Slow {
        unreachable!("the result of {n} is inserted")
    }
    let (n, tally) = (Arc::new(0), Tally::new());
    let asks: [Ask; 3] = [
        |_, _, _| assert_eq!(f_memo().clear(), 1),
        |n, _, _| assert!(f_memo().forget(n)),
        |n, tally, gate| f_memo().insert(n, Slow { gate: Arc::clone(gate), wait: false, token: tally.token() }),
    ];
    for (number, ask) in asks.into_iter().enumerate() {
        watchdog(|| {
            let gate = Arc::new([Barrier::new(2), Barrier::new(2)]);
            f_memo().insert(&n, Slow { gate: Arc::clone(&gate), wait: true, token: tally.token() });
            let before = tally.dropped();
            thread::scope(|scope| {
                let copying = scope.spawn(|| f(&n));
                gate[0].wait();
                ask(&n, &tally, &gate);
                assert_eq!(tally.dropped(), before, "it is being copied; the asking did not wait for that");
                gate[1].wait();
                let copy = copying.join().unwrap();
                assert_eq!(tally.dropped(), before + 1, "gone when the copy is done");
                drop(copy);
            });
            assert_eq!(f_memo().len(), usize::from(number == 2));
        });
    }
    f_memo().clear();
    assert_eq!(tally.alive(), 0);
}

#[test]
fn forget_says_whether_there_was_a_result_and_leaves_all_others() {
    #[weak_memo]
    fn f(owner: &Rc<u32>, n: u32, other: Option<&Rc<u32>>) -> u32 {
        **owner + n + other.map_or(0, |other| **other)
    }
    let (a, b) = (Rc::new(1), Rc::new(2));
    assert!(!f_memo().forget((&a, 1, Some(&b))), "before any call");
    f(&a, 1, Some(&b));
    for args in [(&a, 2, Some(&b)), (&a, 1, None), (&a, 1, Some(&a)), (&b, 1, Some(&b)), (&Rc::new(1), 1, Some(&b))] {
        assert!(!f_memo().forget(args));
    }
    assert_eq!((f_memo().len(), f_memo().get((&a, 1, Some(&b)))), (1, Some(4)));
    assert!(f_memo().forget((&a, 1, Some(&b))));
    assert!(!f_memo().forget((&a, 1, Some(&b))));
    assert_eq!(f_memo().stats().cleared, 1);
}

#[test]
fn clear_all_reaches_every_memo_except_those_that_lend() {
    #[weak_memo(name = "arcs")]
    fn arcs(n: &Arc<u32>) -> u32 {
        **n
    }
    #[weak_memo(name = "rcs")]
    fn rcs(n: &Rc<u32>, m: u32) -> u32 {
        **n + m
    }
    #[weak_memo(name = "inside")]
    fn inside<T: Into<u32> + Copy>(n: &Anchored<T>) -> u32 {
        (**n).into()
    }
    #[weak_memo(name = "lent")]
    fn lent(n: &Arc<u32>) -> &u32 {
        **n
    }
    #[weak_memo(name = "never used")]
    fn never(n: &Arc<u32>) -> u32 {
        **n
    }
    alone(|| {
        let (a, r, small, wide) = (Arc::new(1), Rc::new(2), Anchored::new(3_u8), Anchored::new(4_u32));
        let lent_value = lent(&a);
        assert_eq!((arcs(&a), rcs(&r, 1), inside(&small), inside(&wide)), (1, 3, 3, 4));
        clear_all();
        assert_eq!((arcs_memo().len(), rcs_memo().len()), (0, 0));
        assert_eq!((inside_memo::<u8>().len(), inside_memo::<u32>().len()), (0, 0));
        assert!(std::ptr::eq(lent_value, lent(&a)) && lent_memo().len() == 1);
        let names: Vec<_> = memos().into_iter().map(|memo| memo.name).collect();
        assert_eq!(names[..3], ["lent", "arcs", "rcs"], "in the order of first use");
        assert!(names[3].starts_with("inside (") && names[3].contains("u8"), "{names:?}");
        assert_eq!(names.len(), 5, "what was never used is not listed: {names:?}");
        let _ = never;
        clear_all();
    });
}

#[test]
fn a_result_that_several_threads_forget_is_forgotten_by_one() {
    #[weak_memo(capacity = unbounded)]
    fn f(owner: &Anchored<u64>, n: u64, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (owner, n);
        Arc::new(tally.token())
    }
    watchdog(|| {
        let (owner, tally) = (Anchored::new(0), Tally::new());
        let ends = all_at_once(4, |thread| {
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
