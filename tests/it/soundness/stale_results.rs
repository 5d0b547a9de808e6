//! Results that come too late to be stored: one computed before a `forget` against a call from after it (law 11), with both ways to fly, and one
//! whose argument died in the body.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, watchdog};

const ROUNDS: u64 = 300_000;

macro_rules! forgotten_for_good {
    ($(#[$ignore:meta])? $test:ident, [$($option:tt)*]) => {
        #[test]
        $(#[$ignore])?
        fn $test() {
            #[weak_memo(interior_mutability, $($option)*)]
            fn f(owner: &Arc<AtomicU64>) -> u64 {
                owner.load(SeqCst)
            }
            watchdog(|| {
                let (owner, stop) = (Arc::new(AtomicU64::new(0)), AtomicBool::new(false));
                let stale = thread::scope(|scope| {
                    scope.spawn(|| {
                        while !stop.load(SeqCst) {
                            f(&owner);
                        }
                    });
                    let mut stale = 0;
                    for round in 1..=ROUNDS {
                        owner.store(round, SeqCst);
                        f_memo().forget(&owner);
                        // The object is of this round since before the call, and older results were taken back.
                        stale += u64::from(f(&owner) < round);
                    }
                    stop.store(true, SeqCst);
                    stale
                });
                assert_eq!(stale, 0, "answers from before, of {ROUNDS}");
            });
        }
    };
}

forgotten_for_good!(a_call_after_forget_never_gets_a_flights_result_from_before, []);
forgotten_for_good!(a_call_after_forget_never_gets_a_racers_result_from_before, [single_flight = false]);

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
