//! Law 4 with `weak_value`: a result goes with its last other holder, and the entry with the first of the two, owner and result.

use std::rc::Rc;
use std::sync::{Arc, Mutex};

use memo_core::{Anchored, Memo, RemovalCause, weak_memo};
use memo_tests::{Tally, Token, alone, assert_balanced, watchdog};

#[weak_memo(weak_value)]
fn single(n: &Arc<u32>) -> Arc<u32> {
    Arc::new(**n)
}
#[weak_memo(weak_value)]
fn keyed(n: &Arc<u32>, m: u32) -> Arc<u32> {
    Arc::new(**n + m)
}
#[weak_memo(weak_value)]
fn inside(n: &Anchored<u32>) -> Arc<u32> {
    Arc::new(**n)
}
#[weak_memo(weak_value)]
fn inside_keyed(n: &Anchored<u32>, m: &str) -> Arc<str> {
    m.repeat(**n as usize).into()
}
#[weak_memo(weak_value)]
fn of_rc(n: &Rc<u32>, m: u32) -> Rc<u32> {
    Rc::new(**n + m)
}
#[weak_memo(weak_value, local)]
fn local(n: &Arc<u32>) -> Rc<u32> {
    Rc::new(**n)
}
#[weak_memo(weak_value)]
fn optional(n: &Arc<u32>) -> Option<Arc<u32>> {
    (**n > 0).then(|| Arc::new(**n))
}
#[weak_memo(weak_value)]
fn fallible(n: &Arc<u32>, m: u32) -> std::io::Result<Arc<u32>> {
    Ok(Arc::new(**n + m))
}

macro_rules! each {
    ($each:ident) => {{
        let (arc, rc, object) = (Arc::new(3), Rc::new(3), Anchored::new(3));
        $each!(single_memo(), &arc, || single(&arc));
        $each!(keyed_memo(), &arc, || keyed(&arc, 5));
        $each!(inside_memo(), &object, || inside(&object));
        $each!(inside_keyed_memo(), &object, || inside_keyed(&object, "ab"));
        $each!(of_rc_memo(), &rc, || of_rc(&rc, 5));
        $each!(local_memo(), &arc, || local(&arc));
        $each!(optional_memo(), &arc, || optional(&arc).expect("it is above 0"));
        $each!(fallible_memo(), &arc, || fallible(&arc, 5).expect("it never fails"));
    }};
}

#[test]
fn all_callers_get_one_object_as_long_as_somebody_holds_it() {
    macro_rules! same {
        ($memo:expr, $owner:expr, $call:expr) => {{
            let (call, before) = ($call, $memo.stats());
            let first = call();
            let second = call();
            assert!(std::ptr::eq(&raw const *first, &raw const *second), stringify!($call));
            // The memo holds none.
            drop(first);
            let third = call();
            assert!(std::ptr::eq(&raw const *second, &raw const *third), stringify!($call));
            assert_eq!($memo.len(), 1);
            drop((second, third));
            assert!($memo.len() == 0 && $memo.is_empty() && $memo.entries_of($owner).is_empty(), stringify!($call));
            // Computed anew.
            drop(call());
            let stats = $memo.stats();
            assert_eq!((stats.computes - before.computes, stats.hits - before.hits), (2, 2), "{stats:?}");
            assert_eq!(stats.misses - before.misses, 2, "{stats:?}");
            assert_balanced(&stats);
        }};
    }
    alone(|| watchdog(|| each!(same)));
}

#[test]
fn the_handle_finds_no_result_that_is_gone() {
    watchdog(|| {
        let n = Arc::new(1);
        let held = keyed(&n, 1);
        drop(keyed(&n, 2));
        assert_eq!(keyed_memo().entries_of(&n), ["1"]);
        assert_eq!((keyed_memo().get((&n, 1)), keyed_memo().get((&n, 2))), (Some(Arc::clone(&held)), None));
        assert_eq!((keyed_memo().forget((&n, 1)), keyed_memo().forget((&n, 2))), (true, false));
        // What is inserted, or computed anew, is kept in the same way.
        let (inserted, again) = (Arc::new(7), Arc::new(8));
        keyed_memo().insert((&n, 3), Arc::clone(&inserted));
        keyed_memo().insert((&n, 4), again);
        assert!(Arc::ptr_eq(&keyed(&n, 3), &inserted));
        assert_eq!((*keyed(&n, 4), Arc::strong_count(&inserted)), (5, 1));
        let new = keyed_memo().refresh((&n, 3));
        assert!(!Arc::ptr_eq(&new, &inserted) && Arc::ptr_eq(&new, &keyed(&n, 3)));
        assert_eq!((*new, keyed_memo().compute((&n, 3))), (4, Arc::new(4)));
    });
}

#[test]
fn a_result_that_is_none_is_kept() {
    watchdog(|| {
        let n = Arc::new(0);
        let before = optional_memo().stats().computes;
        assert_eq!((optional(&n), optional(&n)), (None, None));
        assert_eq!(optional_memo().stats().computes, before + 1);
    });
}

#[test]
fn the_death_of_the_owner_ends_the_entry_and_leaves_the_result_to_its_holders() {
    alone(|| {
        let (arc, object) = (Arc::new(1), Anchored::new(1));
        let held = (keyed(&arc, 9), inside(&object));
        assert_eq!((Arc::strong_count(&held.0), Arc::strong_count(&held.1)), (1, 1));
        drop((arc, object));
        memo_core::sweep();
        assert_eq!((Arc::weak_count(&held.0), Arc::weak_count(&held.1)), (0, 0));
        assert_eq!((*held.0, *held.1), (10, 1));
    });
}

/// A result that owns its owner, and one that is its owner: neither keeps anything alive.
#[test]
fn a_result_may_hold_its_owner() {
    struct Node(Tally, #[allow(dead_code, reason = "counted by its drop")] Token);
    #[weak_memo(weak_value)]
    fn around(node: &Arc<Node>) -> Arc<(Arc<Node>, Token)> {
        Arc::new((Arc::clone(node), node.0.token()))
    }
    #[weak_memo(weak_value)]
    fn itself(node: &Arc<Node>, _: u32) -> Arc<Node> {
        Arc::clone(node)
    }
    alone(|| {
        watchdog(|| {
            let tally = Tally::new();
            let node = Arc::new(Node(tally.clone(), tally.token()));
            let result = around(&node);
            assert!(Arc::ptr_eq(&itself(&node, 1), &node) && Arc::ptr_eq(&itself(&node, 1), &node));
            assert_eq!((Arc::strong_count(&node), itself_memo().stats().hits), (2, 1));
            drop(node);
            assert_eq!(tally.alive(), 2);
            drop(result);
            assert_eq!(tally.alive(), 0);
            memo_core::sweep();
            for stats in [around_memo().stats(), itself_memo().stats()] {
                assert_eq!((stats.entries, stats.suspected_leaks), (0, 0), "{stats:?}");
                assert_balanced(&stats);
            }
        });
    });
}

#[test]
fn a_sweep_frees_what_results_that_are_gone_leave_behind() {
    #[weak_memo(weak_value)]
    fn heavy(n: &Anchored<u32>, m: u32) -> Arc<[u64; 512]> {
        Arc::new([u64::from(**n + m); 512])
    }
    alone(|| {
        let n = Anchored::new(1);
        let weak: Vec<_> = (0..100).map(|m| Arc::downgrade(&heavy(&n, m))).collect();
        let held = heavy(&n, 100);
        assert_eq!((heavy_memo().len(), heavy_memo().stats().entries), (1, 101));
        assert!(weak.iter().all(|weak| weak.strong_count() == 0));
        memo_core::sweep();
        let stats = heavy_memo().stats();
        assert_eq!((stats.entries, stats.dropped, heavy_memo().len()), (1, 100, 1));
        assert!(Arc::ptr_eq(&held, &heavy(&n, 100)));
        assert_balanced(&stats);
    });
}

#[test]
fn listeners_are_told_of_a_result_that_was_gone_when_it_is_taken_out() {
    #[weak_memo(weak_value)]
    fn f(n: &Arc<u32>) -> Arc<u32> {
        Arc::new(**n)
    }
    let told = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&told);
    let memo: Memo<_> = f_memo();
    memo.on_removal(move |removal| note.lock().unwrap().push((removal.cause(), removal.value().is_some())));
    watchdog(|| {
        let n = Arc::new(1);
        drop(f(&n));
        drop(f(&n));
        assert_eq!(*told.lock().unwrap(), [(RemovalCause::ObjectGone, false)]);
    });
}

#[test]
fn from_many_threads_each_result_is_dropped_by_its_last_holder() {
    struct Owner(Tally);
    #[weak_memo(weak_value)]
    fn f(owner: &Arc<Owner>, _: usize) -> Arc<Token> {
        Arc::new(owner.0.token())
    }
    watchdog(|| {
        let tally = Tally::new();
        let owner = Arc::new(Owner(tally.clone()));
        let sums = crate::answers(4, |number| {
            let mut kept = Vec::new();
            for round in 0..3_000 {
                let result = f(&owner, (round + number) % 3);
                // While one is held, it is the one.
                assert!(Arc::ptr_eq(&result, &f(&owner, (round + number) % 3)));
                if round % 5 == 0 {
                    kept.push(result);
                }
                if round % 17 == 0 {
                    kept.clear();
                }
            }
            kept.len()
        });
        assert_eq!(sums.len(), 4);
        assert_eq!((tally.alive(), f_memo().len()), (0, 0));
        let stats = f_memo().stats();
        // A call that waited for a result which went before it was copied has missed twice.
        assert!(stats.hits + stats.misses >= 4 * 3_000 * 2, "{stats:?}");
        assert_balanced(&stats);
    });
}
