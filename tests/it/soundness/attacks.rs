//! The attacks that no rule's own tests cover.

use crate::two_at_once::two_at_once;
use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, in_time, watchdog};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A8: instantiations whose machine code is the same may share one address; their memos share nothing. A `u64` read back
/// as a `String` would be the least of it.
#[test]
fn instantiations_with_the_same_code_are_two_memos() {
    trait Make: 'static {
        type Made: Clone + Send + Sync + std::fmt::Debug + PartialEq;
        fn make(text: &str) -> Self::Made;
    }

    struct Number;

    impl Make for Number {
        type Made = u64;
        fn make(text: &str) -> u64 {
            text.len() as u64
        }
    }

    struct Text;

    impl Make for Text {
        type Made = String;
        fn make(text: &str) -> String {
            text.to_uppercase()
        }
    }

    #[weak_memo(cache_err)]
    fn made<M: Make>(text: &Arc<String>) -> M::Made {
        M::make(text)
    }

    #[weak_memo]
    #[allow(clippy::extra_unused_type_parameters, reason = "that is the case")]
    fn same_code<T: 'static>(text: &Arc<String>) -> usize {
        text.len()
    }

    let text = Arc::new(String::from("abc"));
    for _ in 0..3 {
        assert_eq!(made::<Number>(&text), 3);
        assert_eq!(made::<Text>(&text), "ABC");
    }
    assert_eq!((made_memo::<Number>().stats().computes, made_memo::<Text>().stats().computes), (1, 1));
    // Higher-ranked and not: two types that differ in a lifetime only.
    same_code::<u32>(&text);
    same_code::<f32>(&text);
    same_code::<fn(&'static str)>(&text);
    same_code::<for<'a> fn(&'a str)>(&text);
    let computes = [
        same_code_memo::<u32>().stats().computes,
        same_code_memo::<f32>().stats().computes,
        same_code_memo::<fn(&'static str)>().stats().computes,
        same_code_memo::<for<'a> fn(&'a str)>().stats().computes,
    ];
    assert_eq!(computes, [1; 4]);
}

/// A9: those who enumerate cells race the deaths of the objects that the cells belong to.
#[test]
fn enumerators_meet_deaths() {
    type Doc = Anchored<Tally>;

    #[weak_memo]
    fn plain(doc: &Doc) -> Arc<Token> {
        Arc::new(doc.token())
    }

    #[weak_memo]
    fn pair(doc: &Arc<Doc>, other: &Doc, number: u32) -> Arc<Token> {
        let _ = (other, number);
        Arc::new(doc.token())
    }

    watchdog(|| {
        let tally = Tally::new();
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    plain_memo().clear();
                    pair_memo().clear();
                    let _ = (plain_memo().len(), pair_memo().len());
                }
            });
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let _ = (memo_core::report().to_string(), memo_core::memos());
                    memo_core::sweep();
                }
            });
            for _ in 0..3000 {
                let (doc, other) = (Arc::new(Anchored::new(tally.clone())), Anchored::new(tally.clone()));
                let mut third = Anchored::new(tally.clone());
                for number in 0..4 {
                    drop((plain(&other), plain(&third), pair(&doc, &other, number), pair(&doc, &third, number)));
                }
                third.clear();
                drop(doc);
                drop((other, third));
            }
            over.store(true, Ordering::Relaxed);
        });
        in_time(|| {
            memo_core::sweep();
            tally.alive() == 0
        });
        assert_eq!((plain_memo().stats().entries, pair_memo().stats().entries), (0, 0));
    });
}

/// A11: results of a living `Arc` are all taken away, so that its anchor is empty, while others of its handles are hit.
#[test]
fn an_empty_anchor_of_a_living_arc_stays() {
    #[weak_memo]
    fn plain(doc: &Arc<Tally>) -> Arc<Token> {
        Arc::new(doc.token())
    }

    #[weak_memo]
    fn lent(doc: &Arc<Tally>) -> &Token {
        doc.token()
    }

    watchdog(|| {
        let doc = Arc::new(Tally::new());
        two_at_once(
            5000,
            |_| {
                drop(plain(&doc));
                ((), Arc::clone(&doc))
            },
            |()| {
                plain_memo().forget(&doc);
                plain_memo().clear();
                memo_core::sweep();
            },
            |doc| {
                drop(plain(&doc));
                lent(&doc);
                drop(plain(&doc));
            },
            |_| {},
        );
        assert_eq!(lent_memo().stats().computes, 1, "the node of a living object was lost");
        plain_memo().clear();
        assert_eq!(doc.alive(), 1);
        let tally = (*doc).clone();
        drop(doc);
        in_time(|| {
            memo_core::sweep();
            tally.alive() == 0
        });
    });
}
