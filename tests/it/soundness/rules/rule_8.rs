//! By-reference values sit behind a pointer that does not move; adding a cell searches again from the very head that its
//! compare-exchange expects.

use crate::two_at_once::two_at_once;
use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, watchdog};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

type Doc = Anchored<Tally>;

/// A12: references that were lent before thousands of inserts are still good, in tables that have grown many times.
#[test]
fn lent_results_stay_where_they_are_while_more_are_stored() {
    #[weak_memo(capacity = unbounded)]
    fn numbered(doc: &Doc, number: u32) -> &(Box<u32>, Token) {
        (Box::new(number), doc.token())
    }

    #[weak_memo(capacity = unbounded)]
    fn texts(doc: &Doc, number: u32) -> &str {
        let _ = doc;
        format!("a text of its own, not inline: {number}")
    }

    #[weak_memo(capacity = unbounded)]
    fn beside<'w>(doc: &'w Arc<Doc>, other: &'w Doc, number: u32) -> &'w (Box<u32>, Token) {
        let _ = other;
        (Box::new(number), doc.token())
    }

    const MANY: u32 = 5000;
    watchdog(|| {
        let (tally, other) = (Tally::new(), Tally::new());
        let (doc, arc) = (Anchored::new(tally.clone()), Arc::new(Anchored::new(tally.clone())));
        let other = Anchored::new(other);
        let lent: Vec<_> = (0..MANY)
            .map(|number| (numbered(&doc, number), texts(&doc, number), beside(&arc, &other, number)))
            .collect();
        for (number, (boxed, text, both)) in (0..MANY).zip(&lent) {
            assert_eq!((*boxed.0, *both.0), (number, number));
            assert!(text.ends_with(&format!(" {number}")));
            assert!(std::ptr::eq(*boxed, numbered(&doc, number)));
            assert!(std::ptr::eq(*both, beside(&arc, &other, number)));
        }
        assert_eq!(tally.made(), 2 * MANY as usize);
        drop((doc, other));
        assert_eq!(tally.alive(), 0);
    });
}

/// The same with readers that hold what they were lent while another thread stores more.
#[test]
fn lent_results_stay_while_another_thread_stores_more() {
    #[weak_memo(capacity = unbounded)]
    fn numbered(doc: &Doc, number: usize) -> &(Box<usize>, Token) {
        (Box::new(number), doc.token())
    }

    watchdog(|| {
        let doc = Anchored::new(Tally::new());
        let stored = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..20_000 {
                    numbered(&doc, number);
                    stored.store(number + 1, Ordering::Release);
                }
            });
            scope.spawn(|| {
                let mut held = Vec::new();
                while held.len() < 20_000 {
                    let there = stored.load(Ordering::Acquire);
                    held.extend((held.len()..there).map(|number| numbered(&doc, number)));
                    // Old ones and new ones.
                    for (number, lent) in held.iter().enumerate().step_by(997) {
                        assert_eq!(*lent.0, number);
                    }
                }
            });
        });
        assert_eq!(doc.made(), 20_000);
    });
}

/// A13: two threads begin the same memos on one object at the same moment; each memo gets one cell, and so one result.
///
/// The results are large, so that it takes a while from looking for a cell to adding one, which is when the other thread
/// must come. The models of `memo-core` try every order; this tries the real thing.
#[test]
fn one_cell_a_memo_whoever_adds_it() {
    struct Large(#[expect(dead_code, reason = "counts")] Token, #[expect(dead_code, reason = "large")] [u8; 1 << 14]);

    macro_rules! memos {
        ($($name:ident)*) => {
            $(
                #[weak_memo]
                fn $name(doc: &Doc) -> &Large {
                    Large(doc.token(), [0; 1 << 14])
                }
            )*

            /// Where the results lie that each memo lends.
            fn all(doc: &Doc) -> Vec<usize> {
                let memos: &[fn(&Doc) -> &Large] = &[$($name),*];
                memos.iter().map(|memo| std::ptr::from_ref(memo(doc)).addr()).collect()
            }
        };
    }
    memos!(a b c d e f g h);

    watchdog(|| {
        let tally = Tally::new();
        let rounds = 5000;
        let addresses = Mutex::new(Vec::new());
        let ask = |doc: Arc<Doc>| {
            let seen = all(&doc);
            // Both keep their handle to the end of the round: an address is compared while the object lives.
            addresses.lock().expect("no panic").push((seen, doc));
        };
        let make = |_| {
            let doc = Arc::new(Anchored::new(tally.clone()));
            (Arc::clone(&doc), doc)
        };
        two_at_once(rounds, make, ask, ask, |_| {
            let seen = std::mem::take(&mut *addresses.lock().expect("no panic"));
            assert_eq!(seen[0].0, seen[1].0, "two results of one memo on one object");
        });
        assert_eq!(tally.made(), 8 * rounds);
    });
}
