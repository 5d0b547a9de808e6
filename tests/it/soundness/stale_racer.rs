//! A result computed before a `forget` against a call from after it (law 11), with both ways to fly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread;

use memo_core::weak_memo;
use memo_tests::watchdog;

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
