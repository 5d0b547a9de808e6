//! Lists of back links are taken out under their own lock only; the same object twice locks once; two arguments dying at
//! the same moment on two threads do not wait for each other, and each result is dropped once.

use crate::two_at_once::two_at_once;
use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, in_time, watchdog};
use std::sync::Arc;

type Doc = Anchored<Tally>;

fn doc(tally: &Tally) -> Doc {
    Anchored::new(tally.clone())
}

const ROUNDS: usize = 5000;

#[test]
fn the_same_object_twice_and_thrice() {
    #[weak_memo]
    fn twice(doc: &Doc, other: &Doc) -> Token {
        let _ = other;
        doc.token()
    }

    #[weak_memo]
    fn thrice(doc: &Arc<Doc>, other: &Arc<Doc>, options: (Option<&Doc>, &Doc)) -> Token {
        let _ = (other, options);
        doc.token()
    }

    watchdog(|| {
        let tally = Tally::new();
        let object = doc(&tally);
        drop(twice(&object, &object));
        drop(twice(&object, &object));
        assert_eq!((tally.alive(), twice_memo().stats().computes), (1, 1));
        drop(object);
        assert_eq!(tally.alive(), 0);

        let (arc, object) = (Arc::new(doc(&tally)), doc(&tally));
        drop(thrice(&arc, &arc, (Some(&object), &object)));
        drop(thrice(&arc, &arc, (Some(&object), &object)));
        assert_eq!((tally.alive(), thrice_memo().stats().computes), (1, 1));
        drop(object);
        assert_eq!(tally.alive(), 0, "by the death of what stands in it twice");

        let object = doc(&tally);
        drop(thrice(&arc, &arc, (None, &object)));
        drop(arc);
        in_time(|| {
            memo_core::sweep();
            tally.alive() == 0
        });
    });
}

/// What the round of a race leaves: every result dropped once, before both deaths have returned.
fn all_dropped(tally: &Tally, results: usize) -> impl FnMut(usize) {
    move |round| {
        assert_eq!(tally.made(), results * (round + 1), "results made");
        assert_eq!(tally.dropped(), results * (round + 1), "results dropped, when both are dead");
    }
}

#[test]
fn owner_and_second_argument_die_at_once() {
    #[weak_memo]
    fn pair(doc: &Doc, other: &Doc, number: u32) -> Arc<Token> {
        let _ = (other, number);
        Arc::new(doc.token())
    }

    watchdog(|| {
        let tally = Tally::new();
        let make = |_| {
            let (owner, other) = (doc(&tally), doc(&tally));
            (0..4).for_each(|number| drop(pair(&owner, &other, number)));
            // Each is the owner of some, and the second argument of others.
            (0..4).for_each(|number| drop(pair(&other, &owner, number)));
            (owner, other)
        };
        two_at_once(ROUNDS, make, drop, drop, all_dropped(&tally, 8));
        assert_eq!(pair_memo().stats().entries, 0);
        assert_eq!(pair_memo().stats().dropped, 8 * ROUNDS as u64);
    });
}

/// Their results own further objects, which die of it: deaths that nest in each other, on both threads.
#[test]
fn deaths_nest_on_two_threads() {
    struct Link {
        _next: Option<Doc>,
        _token: Token,
    }

    #[weak_memo]
    fn link(doc: &Doc, other: &Doc, depth: u32) -> Arc<Link> {
        let next = (depth > 0).then(|| {
            let next = Anchored::new((**doc).clone());
            drop(link(&next, other, depth - 1));
            next
        });
        Arc::new(Link { _next: next, _token: doc.token() })
    }

    watchdog(|| {
        let tally = Tally::new();
        let make = |_| {
            let (owner, other) = (doc(&tally), doc(&tally));
            drop(link(&owner, &other, 5));
            drop(link(&other, &owner, 5));
            (owner, other)
        };
        two_at_once(ROUNDS / 2, make, drop, drop, all_dropped(&tally, 12));
    });
}

/// The owner is an `Arc`: its own death is found by a sweep, that of the other by its drop.
#[test]
fn a_sweep_and_a_death_meet() {
    #[weak_memo]
    fn beside(owner: &Arc<Doc>, other: &Doc, number: u32) -> Arc<Token> {
        let _ = (other, number);
        Arc::new(owner.token())
    }

    watchdog(|| {
        let tally = Tally::new();
        let make = |_| {
            let (owner, other) = (Arc::new(doc(&tally)), doc(&tally));
            (0..4).for_each(|number| drop(beside(&owner, &other, number)));
            (owner, other)
        };
        let sweep = |owner| {
            drop(owner);
            memo_core::sweep();
        };
        // A third thread's sweep may have the node in hand when the round ends.
        let after = |round| {
            in_time(|| tally.dropped() == 4 * (round + 1));
            assert_eq!(tally.made(), 4 * (round + 1));
        };
        two_at_once(ROUNDS, make, sweep, drop, after);
    });
}

/// Death against `&mut` access, and against the calls that make new entries.
#[test]
fn a_death_meets_calls_on_the_survivor() {
    #[weak_memo(capacity = 4)]
    fn pair(doc: &Doc, other: &Doc, number: u32) -> Arc<Token> {
        let _ = (other, number);
        Arc::new(doc.token())
    }

    watchdog(|| {
        let tally = Tally::new();
        let survivors = (doc(&tally), doc(&tally));
        let make = |_| {
            let dying = doc(&tally);
            drop(pair(&survivors.0, &dying, 0));
            (dying, ())
        };
        let calls = |()| {
            (0..8).for_each(|number| drop(pair(&survivors.0, &survivors.1, number)));
            pair_memo().clear();
        };
        two_at_once(ROUNDS, make, drop, calls, |_| assert_eq!(tally.alive(), 0));
    });
}
