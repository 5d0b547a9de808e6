//! Cells that can be enumerated are reached through a counted header that outlives the object. No address of an in-object
//! `Anchor` outlives a call: objects move, are forgotten, and their memory is used again (A10), all in safe code.

use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, watchdog};
use std::mem::{self, ManuallyDrop};
use std::sync::Arc;

type Doc = Anchored<(u64, Tally)>;

fn doc(number: u64, tally: &Tally) -> Doc {
    Anchored::new((number, tally.clone()))
}

#[derive(Clone)]
struct Answer(u64, #[expect(dead_code, reason = "counts")] Token);

fn answer(owner: u64, other: u64, tally: &Tally) -> Answer {
    Answer(100 * owner + other, tally.token())
}

/// An assignment to a `ManuallyDrop` drops nothing: the object's cells are left without a word, and another object lies
/// where it was.
#[test]
fn memory_of_forgotten_objects_is_used_again() {
    #[weak_memo]
    fn plain(doc: &Doc) -> Answer {
        answer(doc.0, 0, &doc.1)
    }

    #[weak_memo]
    fn pair(doc: &Doc, other: &Doc) -> Answer {
        answer(doc.0, other.0, &doc.1)
    }

    #[weak_memo]
    fn lent(doc: &Doc) -> &Answer {
        answer(doc.0, 0, &doc.1)
    }

    watchdog(|| {
        let tally = Tally::new();
        let living = doc(7, &tally);
        let mut place = ManuallyDrop::new(doc(0, &tally));
        let address = std::ptr::from_ref(&*place).addr();
        for number in 1..=300 {
            // What was here is forgotten, and this one lies at its address.
            place = ManuallyDrop::new(doc(number, &tally));
            assert_eq!(std::ptr::from_ref(&*place).addr(), address);
            // As an owner, as a second argument, as both: never taken for the one before.
            for _ in 0..2 {
                assert_eq!(plain(&place).0, 100 * number);
                assert_eq!(lent(&place).0, 100 * number);
                assert_eq!(pair(&place, &living).0, 100 * number + 7);
                assert_eq!(pair(&living, &place).0, 700 + number);
                assert_eq!(pair(&place, &place).0, 101 * number);
            }
        }
        // Enumerators reach the cells of forgotten objects too.
        assert_eq!((plain_memo().stats().computes, pair_memo().stats().computes), (300, 900));
        assert_eq!((plain_memo().clear(), pair_memo().clear()), (300, 900));
        assert_eq!(plain_memo().clear() + pair_memo().clear(), 0);
        // 300 lent ones were forgotten with their objects, for good.
        assert_eq!(tally.alive(), 300);
        drop(living);
        assert_eq!(tally.alive(), 300);
    });
}

/// The results of a survivor are as before when the other one was forgotten, and go with the survivor.
#[test]
fn results_beside_a_forgotten_object_go_with_the_survivor() {
    #[weak_memo(capacity = unbounded)]
    fn lent_pair(doc: &Doc, other: &Doc) -> &Answer {
        answer(doc.0, other.0, &doc.1)
    }

    watchdog(|| {
        let tally = Tally::new();
        let owner = doc(1, &tally);
        for number in 0..100 {
            let other = doc(number, &tally);
            assert_eq!(lent_pair(&owner, &other).0, 100 + number);
            mem::forget(other);
        }
        assert_eq!(tally.alive(), 100);
        drop(owner);
        assert_eq!((tally.alive(), tally.made()), (0, 100));
    });
}

/// Moved by value, swapped, taken, replaced: results go along with the anchor, wherever it lies.
#[test]
fn results_move_with_their_object() {
    #[weak_memo]
    fn plain(doc: &Doc) -> Answer {
        answer(doc.0, 0, &doc.1)
    }

    #[weak_memo]
    fn beside(owner: &Arc<(u64, Tally)>, other: &Doc) -> Answer {
        answer(owner.0, other.0, &owner.1)
    }

    watchdog(|| {
        let tally = Tally::new();
        let owner = Arc::new((9, tally.clone()));
        let mut docs: Vec<Doc> = (0..50).map(|number| doc(number, &tally)).collect();
        let ask = |docs: &[Doc]| {
            for doc in docs {
                assert_eq!(plain(doc).0, 100 * doc.0);
                assert_eq!(beside(&owner, doc).0, 900 + doc.0);
            }
        };
        ask(&docs);
        docs.reverse();
        docs.swap(3, 40);
        docs.reserve(1000);
        let (left, right) = docs.split_at_mut(25);
        mem::swap(&mut left[0], &mut right[0]);
        ask(&docs);
        let boxed: Vec<Box<Doc>> = docs.drain(..).map(Box::new).collect();
        docs.extend(boxed.into_iter().map(|doc| *doc));
        ask(&docs);
        assert_eq!((plain_memo().stats().computes, beside_memo().stats().computes), (50, 50));
        drop(docs);
        assert_eq!(tally.alive(), 0, "both memos' entries go with the objects that moved");
    });
}

/// A forgotten `Arc` handle leaves its object alive for ever: its results stay, and stay right.
#[test]
fn forgotten_handles_keep_their_results() {
    #[weak_memo]
    fn beside(doc: &Arc<(u64, Tally)>, other: &Doc) -> Answer {
        answer(doc.0, other.0, &doc.1)
    }

    watchdog(|| {
        let tally = Tally::new();
        let other = doc(5, &tally);
        let arcs: Vec<_> = (0..50).map(|number| Arc::new((number, tally.clone()))).collect();
        for arc in &arcs {
            assert_eq!(beside(arc, &other).0, 100 * arc.0 + 5);
        }
        let weak: Vec<_> = arcs.iter().map(Arc::downgrade).collect();
        arcs.into_iter().for_each(mem::forget);
        memo_core::sweep();
        for weak in &weak {
            let arc = weak.upgrade().expect("forgotten, so alive");
            assert_eq!(beside(&arc, &other).0, 100 * arc.0 + 5);
        }
        assert_eq!(beside_memo().stats().computes, 50);
        drop(other);
        assert_eq!(tally.alive(), 0);
    });
}
