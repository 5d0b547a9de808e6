//! A destructor that panics when another value is on its way out of the same function: that one goes too.
//!
//! The language does not drop what stands in the return slot when a local's destructor panics, so whatever may panic has
//! to be dropped before.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::{Tally, Token, in_time};

thread_local! {
    /// The number of the answer that panics when it is dropped, once.
    static BOMB: Cell<Option<u32>> = const { Cell::new(None) };
}

struct Answer(u32, Token);

impl Clone for Answer {
    fn clone(&self) -> Self {
        Self(self.0, self.1.clone())
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if BOMB.get() == Some(self.0) {
            BOMB.set(None);
            panic!("the drop of {}", self.0);
        }
    }
}

/// Runs `act`, in which the answer of this number panics when it is dropped.
#[track_caller]
fn panics_dropping<R>(number: u32, act: impl FnOnce() -> R) {
    BOMB.set(Some(number));
    assert!(catch_unwind(AssertUnwindSafe(act)).is_err(), "the panic comes out");
}

/// All answers are gone with their owner.
#[track_caller]
fn all_gone(owner: Arc<u32>, tally: &Tally) {
    drop(owner);
    // What a sweep of another test's thread has in hand is that sweep's.
    in_time(|| {
        sweep();
        tally.alive() == 0
    });
}

#[test]
fn a_refresh_whose_old_result_panics_leaks_nothing() {
    #[weak_memo]
    fn f(owner: &Arc<u32>, #[memo(skip)] number: u32, #[memo(skip)] tally: &Tally) -> Answer {
        let _ = owner;
        Answer(number, tally.token())
    }
    let (owner, tally) = (Arc::new(1), Tally::new());
    f(&owner, 1, &tally);
    panics_dropping(1, || f_memo().refresh((&owner, 2, &tally)));
    all_gone(owner, &tally);
}

#[test]
fn a_refresh_that_is_not_stored_and_whose_old_result_panics_leaks_nothing() {
    #[weak_memo(cache_if = |answer: &Answer| answer.0 == 1)]
    fn f(owner: &Arc<u32>, #[memo(skip)] number: u32, #[memo(skip)] tally: &Tally) -> Answer {
        let _ = owner;
        Answer(number, tally.token())
    }
    let (owner, tally) = (Arc::new(1), Tally::new());
    f(&owner, 1, &tally);
    panics_dropping(1, || f_memo().refresh((&owner, 2, &tally)));
    all_gone(owner, &tally);
}

#[test]
fn a_racer_who_was_second_and_whose_own_result_panics_leaks_nothing() {
    #[weak_memo(single_flight = false)]
    fn f(owner: &Arc<u32>, #[memo(skip)] number: u32, #[memo(skip)] tally: &Tally) -> Answer {
        if number == 2 {
            // The first to be published.
            f(owner, 1, tally);
        }
        Answer(number, tally.token())
    }
    let (owner, tally) = (Arc::new(1), Tally::new());
    panics_dropping(2, || f(&owner, 2, &tally));
    all_gone(owner, &tally);
}

/// A result that is forgotten while it is copied: it goes when the copy is done, which is then on its way out.
macro_rules! forgotten_in_its_clone {
    ($test:ident, $pointer:ident, |$owner:ident, $tally:ident| $look:expr) => {
        #[test]
        fn $test() {
            struct Fickle(Answer, $pointer<u32>);
            impl Clone for Fickle {
                fn clone(&self) -> Self {
                    if BOMB.get().is_some() {
                        f_memo().forget((&self.1, &Tally::new()));
                    }
                    // Of another number: the copy does not panic.
                    Self(Answer(2, self.0.1.clone()), $pointer::clone(&self.1))
                }
            }
            #[weak_memo(may_return_owner)]
            fn f(owner: &$pointer<u32>, #[memo(skip)] tally: &Tally) -> Fickle {
                Fickle(Answer(1, tally.token()), $pointer::clone(owner))
            }
            let ($owner, $tally) = ($pointer::new(1), &Tally::new());
            f(&$owner, $tally);
            // The first hit of a thread counts the entry, the others hold it.
            f(&$owner, $tally);
            panics_dropping(1, || $look);
            drop($owner);
            sweep();
            assert_eq!($tally.alive(), 0);
        }
    };
}

forgotten_in_its_clone!(a_look_that_ends_a_forgotten_result_leaks_nothing, Arc, |o, t| f_memo().get((&o, t)));
forgotten_in_its_clone!(a_hit_that_ends_a_forgotten_result_leaks_nothing, Arc, |o, t| f(&o, t));
forgotten_in_its_clone!(a_local_hit_that_ends_a_forgotten_result_leaks_nothing, Rc, |o, t| f(&o, t));

#[test]
fn an_object_that_is_taken_out_while_a_result_panics_is_dropped() {
    #[weak_memo]
    fn f(owner: &Anchored<Token>, #[memo(skip)] tally: &Tally) -> Answer {
        let _ = owner;
        Answer(1, tally.token())
    }
    let tally = Tally::new();
    let owner = Anchored::new(tally.token());
    f(&owner, &tally);
    panics_dropping(1, || owner.into_inner());
    assert_eq!(tally.alive(), 0);
}
