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

/// Hits of several kinds of keys and values, beside evictions, growth and shrinking, `forget`, `insert`, `clear`, and the deaths of
/// arguments.
#[test]
fn hits_with_extra_keys_meet_all_that_takes_entries_out() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Users(String);

    #[weak_memo(capacity = 40)]
    fn plain(n: &Arc<u64>, m: u64) -> u64 {
        **n * 1_000_000 + m
    }
    #[weak_memo(capacity = 40)]
    fn named(n: &Arc<u64>, name: &str) -> String {
        format!("{n} {name}")
    }
    #[weak_memo(capacity = 40)]
    fn users(n: &Arc<u64>, #[memo(value)] key: &Users) -> Box<u64> {
        Box::new(**n + key.0.len() as u64)
    }
    #[weak_memo(capacity = 40)]
    fn pair(n: &Arc<u64>, other: &Arc<String>) -> String {
        format!("{n} {other}")
    }
    #[weak_memo(capacity = unbounded)]
    fn lent<'a>(n: &'a Arc<u64>, other: &'a Arc<String>) -> &'a String {
        format!("{n} {other}")
    }
    watchdog(|| {
        let rounds: u64 = if cfg!(debug_assertions) { 20_000 } else { 60_000 };
        let n = Arc::new(7);
        let others: Vec<_> = (0..8).map(|m| Arc::new(format!("the other {m}"))).collect();
        thread::scope(|scope| {
            for hitter in 0..2 {
                let (n, others) = (&n, &others);
                scope.spawn(move || {
                    for round in 0..rounds {
                        let m = (round + hitter) % 60;
                        let other = &others[m as usize % 8];
                        assert_eq!(plain(n, m), 7_000_000 + m);
                        assert_eq!(named(n, &m.to_string()), format!("7 {m}"));
                        assert_eq!(*users(n, &Users("x".repeat(m as usize))), 7 + m);
                        assert_eq!(pair(n, other), format!("7 {other}"));
                        assert_eq!(*lent(n, other), format!("7 {other}"));
                    }
                });
            }
            for round in 0..rounds / 4 {
                let m = round % 60;
                plain_memo().forget((&n, m));
                named_memo().insert((&n, &*m.to_string()), format!("7 {m}"));
                users_memo().forget((&n, &Users("x".repeat(m as usize))));
                pair_memo().forget((&n, &others[m as usize % 8]));
                let dies = Arc::new(format!("{round}"));
                assert_eq!((pair(&n, &dies), lent(&n, &dies).clone()), (format!("7 {round}"), format!("7 {round}")));
                if round % 500 == 0 {
                    plain_memo().clear();
                    named_memo().clear();
                    users_memo().clear();
                    drop(dies);
                    memo_core::sweep();
                }
            }
        });
    });
}
