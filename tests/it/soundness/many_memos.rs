//! Many memos on one object: past a few cells they are found by an index, which grows while others read it.

use std::ptr::from_ref;
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::{Anchored, Stats, sweep, weak_memo};
use memo_tests::{Tally, Token, in_time, watchdog};

const THREADS: usize = 4;

/// A hundred memos of one owner, two thirds of them lending: what is asked of each, in order of their numbers.
macro_rules! crowd {
    ($owner:ty) => {
        #[weak_memo]
        fn lent<const N: usize>(owner: &$owner) -> &Token {
            owner.token()
        }
        #[weak_memo]
        fn cloned<const N: usize>(owner: &$owner) -> Arc<Token> {
            Arc::new(owner.token())
        }
        /// The addresses of the results, asked for from the `turn`th on, every fifth and round again.
        fn ask(owner: &$owner, turn: usize) -> Vec<usize> {
            let mut found = vec![0; ASKED.len()];
            for at in (0..ASKED.len()).map(|at| (at * 5 + turn * 17) % ASKED.len()) {
                found[at] = ASKED[at](owner);
            }
            found
        }
        fn stats() -> Vec<Stats> {
            STATS.iter().map(|stats| stats()).collect()
        }
        crowd! { @ $owner,
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
        }
    };
    (@ $owner:ty, $($n:literal)*) => {
        const ASKED: &[fn(&$owner) -> usize] = &[$(
            |owner| from_ref(lent::<{ 2 * $n }>(owner)).addr(),
            |owner| Arc::as_ptr(&cloned::<$n>(owner)).addr(),
            |owner| from_ref(lent::<{ 2 * $n + 1 }>(owner)).addr(),
        )*];
        const STATS: &[fn() -> Stats] = &[$(
            || lent_memo::<{ 2 * $n }>().stats(),
            || cloned_memo::<$n>().stats(),
            || lent_memo::<{ 2 * $n + 1 }>().stats(),
        )*];
    };
}

/// Asks on all threads at once, each in an order of its own; all must find the same.
fn ask_at_once(ask: impl Fn(usize) -> Vec<usize> + Sync) -> Vec<usize> {
    let start = Barrier::new(THREADS);
    let mut found = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|turn| {
                let (start, ask) = (&start, &ask);
                scope.spawn(move || {
                    start.wait();
                    ask(turn)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(found.iter().all(|other| *other == found[0]), "two cells of one memo");
    found.pop().unwrap()
}

#[test]
fn each_of_many_memos_has_one_cell_and_all_go_with_the_object() {
    crowd!(Anchored<Tally>);
    const ROUNDS: usize = 50;
    watchdog(|| {
        for _ in 0..ROUNDS {
            let tally = Tally::new();
            let owner = Anchored::new(tally.clone());
            let found = ask_at_once(|turn| ask(&owner, turn));
            assert_eq!(found, ask(&owner, 0));
            assert_eq!((tally.made(), tally.alive()), (found.len(), found.len()));
            drop(owner);
            assert_eq!(tally.alive(), 0);
        }
        for stats in stats() {
            assert_eq!((stats.computes, stats.dropped, stats.entries), (ROUNDS as u64, ROUNDS as u64, 0));
            assert_eq!(stats.hits + stats.misses, (ROUNDS * (THREADS + 1)) as u64);
        }
    });
}

#[test]
fn many_memos_are_cleared_by_access_to_the_object_and_found_anew() {
    crowd!(Anchored<Tally>);
    const ROUNDS: usize = 20;
    watchdog(|| {
        let mut owner = Anchored::new(Tally::new());
        for round in 0..ROUNDS {
            let before = (*owner).clone();
            let found = ask_at_once(|turn| ask(&owner, turn));
            assert_eq!(before.alive(), found.len());
            if round % 2 == 0 {
                // Through `DerefMut`.
                *owner = Tally::new();
            } else {
                owner.clear();
            }
            assert_eq!(before.alive(), 0);
        }
        for stats in stats() {
            assert_eq!((stats.computes, stats.cleared, stats.entries), (ROUNDS as u64, ROUNDS as u64, 0));
        }
    });
}

#[test]
fn many_memos_of_an_arc_go_with_it() {
    crowd!(Arc<Tally>);
    watchdog(|| {
        for _ in 0..20 {
            let tally = Tally::new();
            let owner = Arc::new(tally.clone());
            let found = ask_at_once(|turn| ask(&owner, turn));
            assert_eq!(tally.alive(), found.len());
            drop(owner);
            sweep();
            // A sweep of another test may have it in hand.
            in_time(|| tally.alive() == 0);
        }
        assert!(stats().iter().all(|stats| stats.computes == 20 && stats.dropped == 20 && stats.entries == 0));
    });
}
