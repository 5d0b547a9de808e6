//! Defects that were found by attack once, and must not come back.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::thread;

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token};

/// A racer's entry was put in, and linked, after its second argument had died in the body: nobody would take it out.
#[test]
fn a_racer_whose_argument_died_in_the_body_stores_nothing() {
    #[weak_memo(single_flight = false, capacity = unbounded)]
    fn take(owner: &Arc<u32>, other: Box<Anchored<u32>>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        drop(other);
        Arc::new(tally.token())
    }
    let (owner, tally) = (Arc::new(1), Tally::new());
    for n in 0..100 {
        drop(take(&owner, Box::new(Anchored::new(n)), &tally));
    }
    assert_eq!((tally.alive(), take_memo().stats().rejected), (0, 100));
}

/// What was taken out before the user's `Eq` panicked was not counted, and `len()` was wrong for good.
#[test]
fn an_eq_that_panics_in_insert_leaves_the_count_right() {
    thread_local!(static FUSE: Cell<i32> = const { Cell::new(-1) });
    #[derive(Clone, Eq)]
    struct Key(u64);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            assert!(FUSE.replace(FUSE.get() - 1) != 0, "eq");
            self.0 == other.0
        }
    }
    #[weak_memo]
    fn f(owner: &Arc<u32>, other: &Anchored<u8>, #[memo(value)] key: Key) -> u32 {
        let _ = (owner, other, key);
        1
    }
    let other = Anchored::new(1);
    for calls in 0..6 {
        let owner = Arc::new(1);
        for key in [1, 2] {
            f(&owner, &other, Key(key));
        }
        FUSE.set(calls);
        let _ = catch_unwind(AssertUnwindSafe(|| f_memo().insert((&owner, &other, Key(1)), 2)));
        FUSE.set(-1);
        let there = [1, 2].into_iter().filter(|&key| f_memo().get((&owner, &other, Key(key))).is_some()).count();
        assert_eq!(f_memo().stats().entries, there as u64, "the fuse was {calls}");
        f_memo().clear();
        assert_eq!(f_memo().stats().entries, 0);
    }
}

/// The old value was dropped while its own thread held the new flight: a ring where no body ran.
#[test]
fn the_drop_of_a_refreshed_value_may_ask_for_the_new_one() {
    thread_local!(static SEEN: Cell<u32> = const { Cell::new(0) });
    #[derive(Clone)]
    struct Value(u32, Weak<Cell2>);
    struct Cell2(std::sync::atomic::AtomicU32);
    impl Drop for Value {
        fn drop(&mut self) {
            if self.0 != 1 {
                return;
            }
            if let Some(owner) = self.1.upgrade() {
                SEEN.set(f_memo().get(&owner).map_or(0, |value| value.0));
            }
        }
    }
    #[weak_memo]
    fn f(owner: &Arc<Cell2>) -> Value {
        Value(owner.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1, Arc::downgrade(owner))
    }
    let owner = Arc::new(Cell2(std::sync::atomic::AtomicU32::new(0)));
    std::mem::forget(f(&owner));
    assert_eq!(f_memo().refresh(&owner).0, 2);
    assert_eq!(SEEN.get(), 2);
}

/// The thread's guard runs before the destructors of the thread-locals that were there first, so their `Rc`s are alive.
#[test]
fn results_by_clone_of_a_thread_local_rc_go_with_the_thread() {
    thread_local!(static OWNER: Rc<u32> = Rc::new(1));
    #[weak_memo]
    fn f(owner: &Rc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        Arc::new(tally.token())
    }
    let tally = Tally::new();
    thread::scope(|scope| {
        let tally = &tally;
        let thread = scope.spawn(move || OWNER.with(|owner| drop(f(owner, tally))));
        thread.join().unwrap();
    });
    assert_eq!(tally.alive(), 0);
    assert_eq!((f_memo().stats().dropped, f_memo().stats().leaked), (1, 0));
}

/// The turbofish of the body named all types before all consts.
#[test]
fn a_const_parameter_may_stand_before_a_type_parameter() {
    #[weak_memo]
    fn f<const N: usize, T: Send + Sync + 'static>(owner: &Arc<T>) -> [u8; N] {
        let _ = owner;
        [1; N]
    }
    assert_eq!(f::<2, _>(&Arc::new(1_u8)), [1, 1]);
}
