//! Threads end while their own thread-locals hold `Rc`s, which die after the library's part of the thread.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;

use memo_core::{sweep, weak_memo};
use memo_tests::{Tally, Token, alone, live_bytes};

use crate::kinds::Thing;

const THREADS: usize = 8_000;
const HELD_BY_EACH: usize = 3;

/// What is kept in the end: less than a hundredth of what the results weighed together.
const MOST_BYTES: usize = THREADS * HELD_BY_EACH * WEIGHT / 100;
const WEIGHT: usize = 4 << 10;

/// A result with a weight.
#[derive(Clone)]
struct Heavy {
    _token: Token,
    _weight: Vec<u8>,
}

fn heavy(thing: &Thing) -> Heavy {
    Heavy { _token: thing.token(), _weight: Vec::with_capacity(WEIGHT) }
}

thread_local! {
    static HELD: RefCell<Vec<Rc<Thing>>> = const { RefCell::new(Vec::new()) };
}

/// After [`asked`].
fn nothing_is_kept(ask: impl Fn(&Rc<Thing>) + Sync) {
    let (tally, more) = asked(ask);
    assert!(
        tally.alive() == 0 && more < MOST_BYTES,
        "{} results of {} are kept, and {more} bytes",
        tally.alive(),
        tally.made()
    );
}

/// On each thread: holds first, so that the destructor of what holds runs last; asks after. What became of the results, and
/// how many bytes are kept.
fn asked(ask: impl Fn(&Rc<Thing>) + Sync) -> (Tally, usize) {
    let tally = Tally::new();
    let a_thread = || {
        HELD.with_borrow_mut(|held| {
            held.extend((0..HELD_BY_EACH).map(|_| Rc::new(Thing::new(&tally))));
            held.iter().for_each(&ask);
        });
    };
    let live = |threads| {
        for _ in 0..threads {
            thread::scope(|scope| _ = scope.spawn(a_thread).join());
        }
    };
    // The first makes what the process keeps.
    live(10);
    let before = live_bytes();
    live(THREADS);
    sweep();
    let more = live_bytes().saturating_sub(before);
    assert_eq!(tally.made(), (THREADS + 10) * HELD_BY_EACH);
    (tally, more)
}

#[test]
fn results_by_clone() {
    #[weak_memo]
    fn f(thing: &Rc<Thing>) -> Rc<Heavy> {
        Rc::new(heavy(thing))
    }
    alone(|| nothing_is_kept(|thing| _ = f(thing)));
}

#[test]
fn results_by_reference() {
    #[weak_memo]
    fn f(thing: &Rc<Thing>) -> &Heavy {
        heavy(thing)
    }
    alone(|| {
        // What was lent may be out for good: of a thread-local that another destructor reads. That, and nothing else, stays.
        let (all, more) = asked(|thing| _ = f(thing));
        assert_eq!(f_memo().stats().abandoned, all.alive() as u64);
        assert!(more < all.alive() * (WEIGHT + 1024), "{more} bytes are kept for {} results", all.alive());
    });
}

#[test]
fn results_beside_another_of_them() {
    #[weak_memo]
    fn f(thing: &Rc<Thing>, other: &Rc<Thing>) -> Rc<Heavy> {
        let _ = other;
        Rc::new(heavy(thing))
    }
    thread_local!(static OTHER: Rc<Thing> = Rc::new(Thing::new(&Tally::new())));
    alone(|| nothing_is_kept(|thing| OTHER.with(|other| _ = f(thing, other))));
}
