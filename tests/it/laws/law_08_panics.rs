//! Law 8: panics leave no trace.

pub(crate) mod fragile;
mod keys;
mod last_counts;
mod two_at_once;

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

use memo_core::{Anchored, report, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, assert_balanced, panic_of};

thread_local! {
    /// The place of user code that panics the next time it runs.
    pub(crate) static BOMB: Cell<&'static str> = const { Cell::new("") };
}

fn tick(place: &'static str) {
    if BOMB.get() == place {
        BOMB.set("");
        panic!("{place}");
    }
}

#[derive(Debug)]
struct Key(u32);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        tick("hash");
        state.write_u32(0);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        tick("eq");
        self.0 == other.0
    }
}

impl Eq for Key {}

impl Clone for Key {
    fn clone(&self) -> Self {
        tick("clone of the key");
        Self(self.0)
    }
}

/// A result that panics when it is cloned or dropped, if so armed; its token tells whether it is gone all the same.
struct Answer(u32, Token);

impl Clone for Answer {
    fn clone(&self) -> Self {
        tick("clone of the result");
        Self(self.0, self.1.clone())
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        tick("drop");
    }
}

macro_rules! panics_leave_no_trace {
    ($test:ident, $owner:ty, $make:expr) => {
        #[test]
        fn $test() {
            #[weak_memo(cache_if = |_| { tick("cache_if"); true })]
            fn f(owner: &$owner, #[memo(value)] key: &Key, #[memo(skip)] tally: &Tally) -> Answer {
                let _ = owner;
                tick("body");
                Answer(key.0, tally.token())
            }
            alone(|| {
                let (owner, tally) = ($make, Tally::new());
                // On a miss; another key is there, and the same hash.
                let places = ["body", "hash", "eq", "clone of the key", "clone of the result", "cache_if"];
                for place in places {
                    f(&owner, &Key(0), &tally);
                    BOMB.set(place);
                    assert_eq!(panic_of(|| f(&owner, &Key(1), &tally)), place);
                    assert_eq!(f_memo().len(), 1, "nothing is stored after a panic in {place}");
                    assert_eq!(f(&owner, &Key(1), &tally).0, 1, "the next call works");
                    assert_eq!(f(&owner, &Key(0), &tally).0, 0, "and the earlier result is still there");
                    assert_eq!(f_memo().len(), 2);
                    assert_eq!(f_memo().clear(), 2);
                    assert_eq!(tally.alive(), 0);
                }
                // On a hit.
                for place in ["hash", "eq", "clone of the result"] {
                    f(&owner, &Key(0), &tally);
                    BOMB.set(place);
                    assert_eq!(panic_of(|| f(&owner, &Key(0), &tally)), place);
                    assert_eq!((f_memo().len(), f(&owner, &Key(0), &tally).0), (1, 0));
                    // Through the handle.
                    BOMB.set(place);
                    assert_eq!(panic_of(|| f_memo().get((&owner, &Key(0), &tally))), place);
                }
                for place in ["hash", "eq"] {
                    BOMB.set(place);
                    assert_eq!(panic_of(|| f_memo().forget((&owner, &Key(0), &tally))), place);
                    BOMB.set(place);
                    assert_eq!(
                        panic_of(|| f_memo().insert((&owner, &Key(0), &tally), Answer(9, tally.token()))),
                        place
                    );
                    BOMB.set(place);
                    assert_eq!(panic_of(|| f_memo().refresh((&owner, &Key(0), &tally))), place);
                    assert_eq!((f_memo().len(), f(&owner, &Key(0), &tally).0), (1, 0), "after {place}");
                }
                // A refresh that fails has taken the old result away.
                BOMB.set("body");
                panic_of(|| f_memo().refresh((&owner, &Key(0), &tally)));
                assert_eq!(f_memo().len(), 0);
                assert_eq!(tally.alive(), 0);
                assert_balanced(&f_memo().stats());
            });
        }
    };
}

panics_leave_no_trace!(in_a_memo_of_arcs, Arc<u32>, Arc::new(1));
panics_leave_no_trace!(in_a_memo_of_rcs, Rc<u32>, Rc::new(1));
panics_leave_no_trace!(in_a_memo_of_objects_with_anchors, Anchored<u32>, Anchored::new(1));

#[test]
fn a_lending_memo_works_after_a_panic() {
    #[weak_memo]
    fn f(n: &Anchored<u32>) -> &u32 {
        tick("body");
        **n
    }
    let n = Anchored::new(3);
    for _ in 0..2 {
        BOMB.set("body");
        assert_eq!(panic_of(|| f(&n)), "body");
        assert_eq!(f_memo().get(&n), None);
    }
    assert_eq!((*f(&n), *f(&n)), (3, 3));
    let stats = f_memo().stats();
    assert_eq!((stats.computes, stats.rejected, stats.hits), (3, 2, 1));
}

/// Results of which one panics when dropped: the others are dropped all the same, and the panic comes out.
#[test]
fn a_victims_panic_comes_out_of_the_call_that_removed_it_after_all_victims_are_dropped() {
    #[weak_memo(capacity = 10)]
    fn f(n: &Arc<u32>, m: u32, #[memo(skip)] tally: &Tally) -> Arc<Answer> {
        let _ = n;
        Arc::new(Answer(m, tally.token()))
    }
    alone(|| {
        let (n, tally) = (Arc::new(1), Tally::new());
        let fill = || (0..10).for_each(|m| drop(f(&n, m, &tally)));

        fill();
        BOMB.set("drop");
        assert_eq!(panic_of(|| f_memo().clear()), "drop");
        assert_eq!((tally.alive(), f_memo().len()), (0, 0));

        fill();
        BOMB.set("drop");
        assert_eq!(panic_of(|| f_memo().forget((&n, 3, &tally))), "drop");
        assert_eq!((tally.alive(), f_memo().len()), (9, 9));

        f(&n, 3, &tally);
        BOMB.set("drop");
        assert_eq!(panic_of(|| f_memo().insert((&n, 3, &tally), Arc::new(Answer(3, tally.token())))), "drop");
        assert_eq!((tally.alive(), f_memo().len()), (10, 10));
        assert!(f_memo().get((&n, 3, &tally)).is_some(), "the new one is there");

        BOMB.set("drop");
        assert_eq!(panic_of(|| f(&n, 99, &tally)), "drop", "an eviction");
        assert_eq!((tally.alive(), f_memo().len()), (10, 10));

        let other = Arc::new(2);
        f(&other, 1, &tally);
        drop((n, other));
        BOMB.set("drop");
        assert_eq!(panic_of(sweep), "drop");
        assert_eq!((tally.alive(), f_memo().stats().entries), (0, 0), "the rest of the sweep is swept");
        assert_balanced(&f_memo().stats());
    });
}

#[test]
fn a_victims_panic_comes_out_of_its_objects_drop() {
    #[weak_memo]
    fn f(n: &Anchored<u32>, m: u32, #[memo(skip)] tally: &Tally) -> Arc<Answer> {
        let _ = n;
        Arc::new(Answer(m, tally.token()))
    }
    #[weak_memo]
    fn lent<'a>(n: &'a Anchored<u32>, #[memo(skip)] tally: &Tally) -> &'a Answer {
        let _ = n;
        Answer(0, tally.token())
    }
    let (mut n, tally) = (Anchored::new(1), Tally::new());
    let fill = |n: &Anchored<u32>| {
        lent(n, &tally);
        (0..10).for_each(|m| drop(f(n, m, &tally)));
    };
    fill(&n);
    BOMB.set("drop");
    assert_eq!(panic_of(|| *n = 2), "drop");
    assert_eq!(tally.alive(), 0, "the other results went all the same");
    fill(&n);
    BOMB.set("drop");
    assert_eq!(panic_of(|| drop(n)), "drop");
    assert_eq!((tally.alive(), f_memo().len()), (0, 0));
}

#[test]
fn a_victims_panic_in_an_amortised_sweep_is_counted_and_reaches_no_caller() {
    #[weak_memo]
    fn f(n: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Answer> {
        let _ = n;
        Arc::new(Answer(0, tally.token()))
    }
    #[weak_memo(capacity = unbounded)]
    fn other(n: &Anchored<u32>, m: u32) -> u32 {
        **n + m
    }
    alone(|| {
        let tally = Tally::new();
        f(&Arc::new(1), &tally);
        BOMB.set("drop");
        let n = Anchored::new(1);
        for m in 0..256 {
            assert_eq!(other(&n, m), 1 + m);
        }
        assert_eq!((tally.alive(), BOMB.get()), (0, ""));
        assert_eq!(report().swallowed_panics, 1);
        assert!(report().to_string().contains("1 destructor panic was swallowed"));
    });
}

fn one_of_its_results_panics_while_unwinding(object: Anchored<u32>, tally: &Tally) {
    let said = panic_of(|| {
        let _dropped_while_unwinding = object;
        BOMB.set("drop");
        panic!("the first");
    });
    assert_eq!((said.as_str(), BOMB.get()), ("the first", ""));
    assert_eq!((tally.alive(), report().swallowed_panics), (0, 1));
}

#[test]
fn a_victims_panic_during_unwinding_is_swallowed_and_never_aborts() {
    #[weak_memo]
    fn f(n: &Anchored<u32>, m: u32, #[memo(skip)] tally: &Tally) -> Arc<Answer> {
        let _ = n;
        Arc::new(Answer(m, tally.token()))
    }
    alone(|| {
        let (n, tally) = (Anchored::new(1), Tally::new());
        (0..3).for_each(|m| drop(f(&n, m, &tally)));
        one_of_its_results_panics_while_unwinding(n, &tally);
    });
}

#[test]
fn a_lent_victims_panic_during_unwinding_is_swallowed_too() {
    #[weak_memo]
    fn f<'n>(n: &'n Anchored<u32>, #[memo(skip)] tally: &Tally) -> &'n Answer {
        Answer(**n, tally.token())
    }
    alone(|| {
        let (n, tally) = (Anchored::new(1), Tally::new());
        f(&n, &tally);
        one_of_its_results_panics_while_unwinding(n, &tally);
    });
}

#[test]
fn two_panicking_victims_give_one_panic() {
    struct Both;
    static DROPS: AtomicU64 = AtomicU64::new(0);
    impl Drop for Both {
        fn drop(&mut self) {
            DROPS.fetch_add(1, SeqCst);
            panic!("each");
        }
    }
    #[weak_memo]
    fn f(n: &Anchored<u32>, m: u32) -> Arc<Both> {
        let _ = (n, m);
        Arc::new(Both)
    }
    alone(|| {
        let n = Anchored::new(1);
        // The clone handed out is not the last.
        (0..3).for_each(|m| drop(f(&n, m)));
        assert_eq!(panic_of(|| drop(n)), "each");
        assert_eq!((DROPS.load(SeqCst), report().swallowed_panics), (3, 2));
    });
}

#[test]
fn a_panic_of_one_call_causes_no_panic_in_later_calls() {
    static BAD: AtomicBool = AtomicBool::new(true);
    #[weak_memo]
    fn inner(n: &Arc<u32>) -> u32 {
        assert!(!BAD.load(SeqCst), "inner");
        **n
    }
    #[weak_memo]
    fn outer(n: &Arc<u32>) -> u32 {
        inner(n) + 1
    }
    let n = Arc::new(1);
    for _ in 0..3 {
        assert_eq!(panic_of(|| outer(&n)), "inner");
    }
    BAD.store(false, SeqCst);
    assert_eq!((outer(&n), inner(&n)), (2, 1));
    let stats = outer_memo().stats();
    assert_eq!((stats.computes, stats.rejected, stats.entries), (4, 3, 1));
}

#[test]
fn a_panic_poisons_nothing() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        assert!(m != 0, "in the body");
        **n + m
    }
    #[weak_memo]
    fn bombs(n: &Arc<u32>, m: u32) -> Arc<Bomb> {
        let _ = (n, m);
        Arc::new(Bomb)
    }
    alone(|| {
        let n = Arc::new(1);
        // The result is handed out as well, so the table's is not the last.
        let held = [bombs(&n, 1), bombs(&n, 2)];
        assert_eq!(bombs_memo().clear(), 2);
        for bomb in held {
            assert_eq!(panic_of(|| drop(bomb)), "in drop");
        }
        bombs_memo().insert((&n, 1), Arc::new(Bomb));
        assert_eq!(panic_of(|| bombs_memo().clear()), "in drop");
        assert_eq!(panic_of(|| f(&n, 0)), "in the body");
        // On this thread, and on another.
        assert_eq!((f(&n, 1), f(&n, 1)), (2, 2));
        let theirs = Arc::clone(&n);
        assert_eq!(thread::spawn(move || f(&theirs, 2)).join().unwrap(), 3);
        let _ = (f_memo().stats(), memo_core::report().to_string(), f_memo().len());
        drop(n);
        sweep();
        assert_eq!((f_memo().clear(), bombs_memo().clear()), (0, 0));
    });
}
