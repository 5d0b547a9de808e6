//! User code that panics at the wrong moment: a victim's destructor while a panic of the user's is on its way out, a comparison after something
//! was taken out. The process goes on, and the counts are right.

use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};
use memo_tests::alone;

thread_local! {
    /// Whether copies and drops panic.
    static BAD: Cell<bool> = const { Cell::new(false) };
    static OWNER: RefCell<Option<Arc<u32>>> = const { RefCell::new(None) };
}

struct Answer(u32);

impl Drop for Answer {
    fn drop(&mut self) {
        assert!(!BAD.get(), "the drop");
    }
}

impl Clone for Answer {
    fn clone(&self) -> Self {
        if BAD.get() {
            let owner = OWNER.with_borrow(|owner| owner.clone()).expect("set");
            f_memo().forget((&owner, 1));
            panic!("the copy");
        }
        Self(self.0)
    }
}

#[weak_memo]
fn f(owner: &Arc<u32>, key: u32) -> Answer {
    Answer(**owner + key)
}

/// What `act` says when it panics.
#[track_caller]
fn said(act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("it panics");
    match panic.downcast::<&str>() {
        Ok(said) => (*said).to_owned(),
        Err(panic) => memo_tests::message(&*panic),
    }
}

#[test]
fn a_copy_that_panics_when_it_holds_the_last_of_its_result_aborts_nothing() {
    alone(|| {
        let owner = Arc::new(1);
        OWNER.set(Some(Arc::clone(&owner)));
        f(&owner, 1);
        BAD.set(true);
        let said = said(|| drop(f(&owner, 1)));
        BAD.set(false);
        assert_eq!(said, "the copy");
    });
}

#[test]
fn a_comparison_that_panics_after_a_result_was_taken_out_aborts_nothing() {
    thread_local!(static FUSE: Cell<i32> = const { Cell::new(-1) });
    #[derive(Clone, Eq)]
    struct Key(u64);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            if FUSE.replace(FUSE.get() - 1) == 0 {
                BAD.set(true);
                panic!("the comparison");
            }
            self.0 == other.0
        }
    }
    #[weak_memo]
    fn g(owner: &Arc<u32>, #[memo(value)] key: Key) -> Arc<Answer> {
        let _ = key;
        Arc::new(Answer(**owner))
    }
    alone(|| {
        for calls in 0..6 {
            let owner = Arc::new(1);
            for key in [1, 2] {
                drop(g(&owner, Key(key)));
            }
            FUSE.set(calls);
            let new = Arc::new(Answer(3));
            let _ = catch_unwind(AssertUnwindSafe(|| g_memo().insert((&owner, Key(1)), Arc::clone(&new))));
            FUSE.set(-1);
            BAD.set(false);
        }
    });
}

/// What an insertion has looked at may be asked to go meanwhile, and the insertion then has its last count.
mod an_entry_that_its_own_comparison_takes_out {
    use super::*;
    use memo_tests::{Tally, Token, assert_balanced, join_all};

    thread_local! {
        /// What the next comparison does first.
        static FIRST: Cell<Option<fn()>> = const { Cell::new(None) };
        static ARGUMENTS: RefCell<Option<(Arc<u32>, Arc<u32>)>> = const { RefCell::new(None) };
    }

    #[derive(Clone, Eq)]
    struct Key(u8);
    impl std::hash::Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            if let Some(act) = FIRST.take() {
                act();
            }
            self.0 == other.0
        }
    }

    /// Its drop panics if it says so.
    struct Bad(bool, #[expect(dead_code, reason = "it is counted")] Token);
    impl Drop for Bad {
        fn drop(&mut self) {
            assert!(!self.0, "the drop");
        }
    }

    #[weak_memo]
    fn g(
        owner: &Arc<u32>,
        second: &Arc<u32>,
        #[memo(value)] key: Key,
        #[memo(skip)] (bad, tally): (bool, &Tally),
    ) -> Arc<Bad> {
        let _ = (owner, second, key);
        Arc::new(Bad(bad, tally.token()))
    }

    fn forget() {
        let (owner, second) = ARGUMENTS.with_borrow(|arguments| arguments.clone().expect("set"));
        assert!(g_memo().forget((&owner, &second, Key(1), (false, &Tally::new()))));
    }

    /// `act` takes the place of a result whose drop panics, and which is forgotten while `act` compares. Afterwards the books balance, and
    /// what is there goes with its second argument.
    fn leaves_no_trace(act: fn(&Arc<u32>, &Arc<u32>, &Tally)) {
        let (owner, second, tally) = (Arc::new(1), Arc::new(2), Tally::new());
        drop(g(&owner, &second, Key(1), (true, &tally)));
        ARGUMENTS.set(Some((Arc::clone(&owner), Arc::clone(&second))));
        FIRST.set(Some(forget));
        assert_eq!(said(|| act(&owner, &second, &tally)), "the drop");
        ARGUMENTS.set(None);
        assert_balanced(&g_memo().stats());
        std::thread::scope(|scope| {
            // A flight that nobody computes any more would be waited for.
            join_all(vec![scope.spawn(|| drop(g(&owner, &second, Key(1), (false, &tally))))]);
        });
        drop(second);
        memo_core::sweep();
        assert_balanced(&g_memo().stats());
        assert_eq!((g_memo().len(), g_memo().stats().entries, tally.alive()), (0, 0, 0));
    }

    #[test]
    fn and_an_insertion_leave_no_trace() {
        alone(|| {
            leaves_no_trace(|owner, second, tally| {
                g_memo().insert((owner, second, Key(1), (false, tally)), Arc::new(Bad(false, tally.token())));
            });
        });
    }

    #[test]
    fn and_a_refresh_leave_no_trace() {
        alone(|| {
            leaves_no_trace(|owner, second, tally| drop(g_memo().refresh((owner, second, Key(1), (false, tally)))))
        });
    }
}

/// A result that goes while its copy is on the way to the caller: both panic when they are dropped, and the process goes on.
mod with_a_copy_on_its_way {
    use super::*;

    thread_local! {
        static KEY: Arc<u8> = Arc::new(1);
        static IN_CLONE: Cell<bool> = const { Cell::new(false) };
        static IN_BODY: Cell<bool> = const { Cell::new(false) };
    }

    struct Bad;

    impl Drop for Bad {
        fn drop(&mut self) {
            assert!(!BAD.get(), "the drop");
        }
    }

    impl Clone for Bad {
        fn clone(&self) -> Self {
            if IN_CLONE.take() {
                KEY.with(|key| bad_memo().forget(key));
                BAD.set(true);
            }
            Self
        }
    }

    #[weak_memo]
    fn bad(key: &Arc<u8>) -> Bad {
        if IN_BODY.take() {
            bad_memo().forget(key);
            BAD.set(true);
        }
        Bad
    }

    fn assert_panics(key: &Arc<u8>) {
        let panic = catch_unwind(AssertUnwindSafe(|| std::mem::forget(bad(key))));
        BAD.set(false);
        assert!(panic.is_err());
        drop(bad(key));
    }

    #[test]
    fn a_flight_that_was_detached_aborts_nothing() {
        alone(|| {
            let key = KEY.with(Arc::clone);
            IN_BODY.set(true);
            assert_panics(&key);
        });
    }

    #[test]
    fn a_hit_that_is_handed_the_value_aborts_nothing() {
        alone(|| {
            let key = KEY.with(Arc::clone);
            // The first hit of a thread counts the entry, the others hold it.
            (0..2).for_each(|_| drop(bad(&key)));
            IN_CLONE.set(true);
            assert_panics(&key);
        });
    }
}

/// Something that is on its way into a memo while a panic of another piece of the user's code is on its way out.
mod on_its_way_in {
    use super::*;

    thread_local!(static PANICS: Cell<&'static str> = const { Cell::new("") });

    /// Whether it is this piece's turn; then destructors panic from here on.
    fn turn(place: &'static str) {
        if PANICS.get() == place {
            BAD.set(true);
            panic!("{place}");
        }
    }

    struct Result(Answer);

    impl Clone for Result {
        fn clone(&self) -> Self {
            turn("copy");
            Self(Answer(self.0.0))
        }
    }

    /// Its copies are bad, not what the caller has.
    #[derive(PartialEq, Eq, Hash)]
    struct Key(&'static str, bool);

    impl Clone for Key {
        fn clone(&self) -> Self {
            turn(self.0);
            Self(self.0, true)
        }
    }

    impl Drop for Key {
        fn drop(&mut self) {
            // One of them: where two fields panic in one drop, the language ends the process.
            assert!(!self.1 || !BAD.take(), "the drop of a key");
        }
    }

    fn wanted(_: &Result) -> bool {
        turn("cache_if");
        true
    }

    fn part(key: &Key) -> u32 {
        turn("expression");
        key.0.len() as u32
    }

    #[weak_memo(cache_if = wanted)]
    fn g(owner: &Arc<u32>, #[memo(value)] a: &Key, #[memo(value)] b: &Key, #[memo(key = part(c))] c: &Key) -> Result {
        let _ = (a, b, c);
        Result(Answer(**owner))
    }

    #[test]
    fn aborts_nothing() {
        alone(|| {
            let owner = Arc::new(1);
            let (a, b, c) = (&Key("first", false), &Key("second", false), &Key("", false));
            let panics = |place, act: &dyn Fn()| {
                PANICS.set(place);
                let said = said(act);
                PANICS.set("");
                BAD.set(false);
                assert_eq!(said, place);
                assert_eq!(g_memo().len(), 0);
            };
            for place in ["cache_if", "copy", "first", "second"] {
                panics(place, &|| drop(g(&owner, a, b, c)));
            }
            for place in ["expression", "first", "second"] {
                panics(place, &|| g_memo().insert((&owner, a, b, c), Result(Answer(1))));
            }
            for place in ["cache_if", "copy", "second"] {
                panics(place, &|| drop(g_memo().refresh((&owner, a, b, c))));
            }
        });
    }
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
