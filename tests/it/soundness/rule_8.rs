//! By-reference values sit behind a pointer that does not move; adding a cell searches again from the very head that its
//! compare-exchange expects.

use crate::duel::duel;
use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, watchdog};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// A13: many memos begin on one anchor at the same moment; each gets one cell, and so one result and one address.
#[test]
fn one_cell_a_memo_whoever_adds_it() {
    macro_rules! memos {
        ($($name:ident)*) => {
            $(
                #[weak_memo]
                fn $name(doc: &Arc<Doc>) -> &Token {
                    doc.token()
                }
            )*
            fn all(doc: &Arc<Doc>, backwards: bool) -> Vec<usize> {
                let memos: [fn(&Arc<Doc>) -> &Token; 4] = [$($name),*];
                let mut memos: Vec<_> = memos.into_iter().enumerate().collect();
                if backwards {
                    memos.reverse();
                }
                let mut seen: Vec<_> =
                    memos.iter().map(|(at, memo)| (*at, std::ptr::from_ref(memo(doc)).addr())).collect();
                seen.sort_unstable();
                seen.into_iter().map(|(_, address)| address).collect()
            }
        };
    }
    memos!(a b c d);

    watchdog(|| {
        let seen = std::sync::Mutex::new(Vec::new());
        let tally = Tally::new();
        let rounds = 5000;
        duel(
            rounds,
            |_| {
                let doc = Arc::new(Anchored::new(tally.clone()));
                (Arc::clone(&doc), doc)
            },
            // Both keep their handle to the end of the round: an address is compared while the object lives.
            |doc| seen.lock().expect("no panic").push((all(&doc, false), doc)),
            |doc| seen.lock().expect("no panic").push((all(&doc, true), doc)),
            |_| {
                let seen = std::mem::take(&mut *seen.lock().expect("no panic"));
                assert_eq!(seen[0].0, seen[1].0, "two results of one memo on one object");
            },
        );
        assert_eq!(tally.made(), 4 * rounds);
    });
}
