//! Slot arrays are never freed under a reader; the node of a living object is never removed.

use memo_core::weak_memo;
use memo_tests::{Tally, Token, in_time, watchdog};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A3: readers probe the side table while others make it grow to thousands and shrink to nothing, over and over.
#[test]
fn readers_find_their_objects_while_the_table_grows_and_shrinks() {
    struct Doc {
        number: usize,
        tally: Tally,
    }

    struct Words {
        number: usize,
        _token: Token,
    }

    #[weak_memo]
    fn lent(doc: &Arc<Doc>) -> &Words {
        Words { number: doc.number, _token: doc.tally.token() }
    }

    #[weak_memo]
    fn cloned(doc: &Arc<Doc>, extra: usize) -> (usize, usize) {
        (doc.number, extra)
    }

    watchdog(|| {
        let tally = Tally::new();
        let made = |number| Arc::new(Doc { number, tally: tally.clone() });
        let living: Vec<_> = (0..64).map(made).collect();
        let first: Vec<_> = living.iter().map(|doc| std::ptr::from_ref(lent(doc)).addr()).collect();
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !over.load(Ordering::Relaxed) {
                        for (doc, first) in living.iter().zip(&first) {
                            let words = lent(doc);
                            assert_eq!(words.number, doc.number);
                            assert_eq!(std::ptr::from_ref(words).addr(), *first, "a lent result moved");
                            assert_eq!(cloned(doc, 7), (doc.number, 7));
                        }
                    }
                });
            }
            for _ in 0..20 {
                let crowd: Vec<_> = (1000..6000).map(made).collect();
                for doc in &crowd {
                    assert_eq!(lent(doc).number, doc.number);
                    assert_eq!(cloned(doc, 1), (doc.number, 1));
                }
                drop(crowd);
                memo_core::sweep();
            }
            over.store(true, Ordering::Relaxed);
        });
        assert_eq!(lent_memo().stats().computes, 64 + 20 * 5000, "a living object was lost");
        drop(living);
        in_time(|| {
            memo_core::sweep();
            tally.alive() == 0
        });
        assert_eq!(tally.made(), tally.dropped());
    });
}
