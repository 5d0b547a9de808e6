//! A look at a result, and a removal, while other threads do something else: what this thread has called is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use memo_core::{Anchored, forget_object, weak_memo};
use memo_tests::{alone, in_time, watchdog};

use crate::answers;

/// Who waited for another's compute sees the result as soon as it has it.
#[test]
fn a_look_sees_what_was_waited_for() {
    const THREADS: usize = 4;
    static ROUND: AtomicU64 = AtomicU64::new(0);

    #[weak_memo]
    fn lent(n: &Anchored<u64>) -> &u64 {
        // Who computes wakes the others before it has done all the rest.
        in_time(|| lent_memo().stats().waits == (THREADS as u64 - 1) * ROUND.load(SeqCst));
        **n
    }
    watchdog(|| {
        for n in 1..300 {
            ROUND.store(n, SeqCst);
            let own = Anchored::new(n);
            answers(THREADS, |_| assert_eq!((*lent(&own), lent_memo().get(&own)), (n, Some(&n))));
        }
    });
}

/// While the side table grows and shrinks, its nodes move.
#[test]
fn a_look_and_a_removal_find_an_arc_while_the_side_table_moves_it() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> u32 {
        **n
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &u32 {
        **n
    }
    alone(|| {
        let done = AtomicBool::new(false);
        answers(2, |thread| {
            if thread == 0 {
                for _ in 0..12 {
                    let crowd: Vec<_> = (0..20_000).map(Arc::new).collect();
                    crowd.iter().for_each(|n| assert_eq!(f(n), **n));
                    drop(crowd);
                    memo_core::sweep();
                }
                done.store(true, SeqCst);
                return;
            }
            let mine: Vec<_> = (0..1_000).map(Arc::new).collect();
            while !done.load(SeqCst) {
                for n in &mine {
                    assert_eq!((f(n), f_memo().get(n)), (**n, Some(**n)));
                    assert_eq!((*lent(n), lent_memo().get(n)), (**n, Some(&**n)));
                    assert!(f_memo().forget(n), "what is there is forgotten");
                    assert_eq!(f_memo().get(n), None);
                    assert_eq!((f(n), forget_object(n)), (**n, 1));
                }
            }
        });
    });
}
