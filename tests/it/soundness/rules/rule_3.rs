//! After reading a strong count of 0, a fence before anything is dropped.
//!
//! `strong_count` is a relaxed load. A reader uses a value through its borrow and lets go of the last `Arc`; whoever sweeps sees the
//! 0 and drops the value: without `fence::after_deaths` nothing orders the reader's use before that drop. The last owner
//! may leave in four ways, of which `drop` and `into_inner` release what came before, and `try_unwrap` (with `unwrap_or_clone`) and
//! `make_mut` do not. x86 orders it all the same, so this test passes there without the fence, under AddressSanitizer
//! too; the models in `fence.rs` have the orderings.

use crate::two_at_once::two_at_once;
use memo_core::weak_memo;
use memo_tests::{Tally, Token, in_time, watchdog};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[test]
fn a_sweep_comes_after_all_that_the_last_owner_did() {
    #[derive(Clone)]
    struct Doc {
        number: u64,
        tally: Tally,
    }

    struct Answer {
        uses: AtomicU64,
        _token: Token,
    }

    #[weak_memo]
    fn answer(doc: &Arc<Doc>) -> &Answer {
        Answer { uses: AtomicU64::new(doc.number), _token: doc.tally.token() }
    }

    watchdog(|| {
        let tally = Tally::new();
        let gone = AtomicBool::new(false);
        two_at_once(
            2000,
            |round| {
                gone.store(false, Ordering::Relaxed);
                let doc = Arc::new(Doc { number: round as u64, tally: tally.clone() });
                answer(&doc);
                (doc, ())
            },
            |doc| {
                let lent = answer(&doc);
                assert_eq!(lent.uses.fetch_add(1, Ordering::Relaxed), doc.number);
                match doc.number % 4 {
                    0 => drop(doc),
                    1 => drop(Arc::try_unwrap(doc).map(|doc| doc.number)),
                    2 => drop(Arc::unwrap_or_clone(doc)),
                    // Moved to another allocation: there is a `Weak`.
                    _ => {
                        let mut doc = doc;
                        Arc::make_mut(&mut doc).number += 1;
                    }
                }
                gone.store(true, Ordering::Relaxed);
            },
            |()| {
                while !gone.load(Ordering::Relaxed) {
                    memo_core::sweep();
                }
            },
            |_| {
                in_time(|| {
                    memo_core::sweep();
                    tally.alive() == 0
                });
            },
        );
        assert_eq!((tally.made(), tally.dropped()), (2000, 2000));
    });
}
