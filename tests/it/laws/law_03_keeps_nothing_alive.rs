//! Law 3: after any call the arguments' strong counts are what they were, and no argument is cloned on a hit.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Weak};

use memo_core::{Anchor, Anchored, HasAnchor, MemoKey, weak_memo};
use memo_tests::{Tally, Token};

#[test]
fn strong_counts_are_what_they_were_after_every_operation() {
    #[weak_memo]
    fn f(a: &Arc<u32>, b: &Arc<u32>, n: u32) -> u32 {
        **a + **b + n
    }
    let (a, b) = (Arc::new(1), Arc::new(2));
    let counts = || (Arc::strong_count(&a), Arc::strong_count(&b));
    f(&a, &b, 0);
    assert_eq!(counts(), (1, 1));
    f(&a, &b, 0);
    assert_eq!(counts(), (1, 1));
    f_memo().insert((&a, &b, 1), 9);
    f_memo().refresh((&a, &b, 2));
    assert_eq!(f_memo().get((&a, &b, 1)), Some(9));
    assert_eq!(counts(), (1, 1));
    f_memo().forget((&a, &b, 1));
    f_memo().compute((&a, &b, 1));
    f_memo().clear();
    assert_eq!(counts(), (1, 1));
}

#[test]
fn strong_counts_of_rcs_and_of_lending_memos_too() {
    #[weak_memo(capacity = unbounded)]
    fn f(a: &Rc<u32>, b: &Rc<u32>, c: &Arc<u32>) -> &u32 {
        **a + **b + **c
    }
    let (a, b, c) = (Rc::new(1), Rc::new(2), Arc::new(3));
    for _ in 0..3 {
        assert_eq!(*f(&a, &b, &c), 6);
        assert_eq!((Rc::strong_count(&a), Rc::strong_count(&b), Arc::strong_count(&c)), (1, 1, 1));
    }
}

#[test]
fn a_failing_or_panicking_call_keeps_nothing_either() {
    #[weak_memo]
    fn f(a: &Arc<u32>, b: &Arc<u32>, panics: bool) -> Result<u32, u32> {
        let _ = b;
        assert!(!panics, "asked to");
        Err(**a)
    }
    let (a, b) = (Arc::new(1), Arc::new(2));
    assert_eq!(f(&a, &b, false), Err(1));
    crate::panic_of(|| f(&a, &b, true));
    assert_eq!((Arc::strong_count(&a), Arc::strong_count(&b)), (1, 1));
}

/// During a hit the result is being cloned: what is the owner's strong count then?
struct Spy {
    owner: Weak<u32>,
    seen: Arc<AtomicUsize>,
}

impl Clone for Spy {
    fn clone(&self) -> Self {
        self.seen.store(self.owner.strong_count(), SeqCst);
        Self { owner: self.owner.clone(), seen: Arc::clone(&self.seen) }
    }
}

#[test]
fn the_count_is_not_even_raised_for_the_time_of_a_hit() {
    #[weak_memo]
    fn borrowed(owner: &Arc<u32>) -> Spy {
        Spy { owner: Arc::downgrade(owner), seen: Arc::default() }
    }
    #[weak_memo]
    fn by_value(owner: Arc<u32>, n: u32) -> Spy {
        let _ = n;
        Spy { owner: Arc::downgrade(&owner), seen: Arc::default() }
    }
    let owner = Arc::new(1);
    let seen = borrowed(&owner).seen;
    borrowed(&owner);
    assert_eq!(seen.load(SeqCst), 1);

    let seen = by_value(Arc::clone(&owner), 1).seen;
    by_value(Arc::clone(&owner), 1);
    assert_eq!(seen.load(SeqCst), 2, "the caller's and the argument itself, no third");
}

/// An object with an anchor whose clones are counted.
#[derive(HasAnchor)]
struct Thing {
    token: Token,
    anchor: Anchor,
}

/// A key whose clones are counted.
#[derive(MemoKey)]
struct Options {
    #[memo(value)]
    token: Token,
    width: u32,
}

#[test]
fn no_argument_is_cloned_on_a_hit() {
    #[weak_memo]
    fn f(owner: &Thing, other: &Thing, options: &Options, #[memo(value)] token: &Token) -> usize {
        let _ = (&owner.token, &other.token, options.width, token);
        1
    }
    let tally = Tally::new();
    let thing = || Thing { token: tally.token(), anchor: Anchor::new() };
    let (a, b, token) = (thing(), thing(), tally.token());
    let options = Options { token: tally.token(), width: 3 };
    f(&a, &b, &options, &token);
    let after_the_miss = tally.clones();
    assert_eq!(after_the_miss, 2, "the two value arguments are kept as copies; weak ones are not copied");
    for _ in 0..10 {
        f(&a, &b, &options, &token);
    }
    assert_eq!(f_memo().get((&a, &b, &options, &token)), Some(1));
    assert_eq!(tally.clones(), after_the_miss);
    assert_eq!(f_memo().stats().hits, 10);
}

#[test]
fn a_skipped_argument_is_neither_kept_nor_cloned() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(skip)] log: &Arc<Mutex<Vec<u32>>>) -> u32 {
        log.lock().unwrap().push(**owner);
        **owner
    }
    let (owner, log) = (Anchored::new(3), Arc::new(Mutex::new(Vec::new())));
    f(&owner, &log);
    f(&owner, &log);
    assert_eq!((Arc::strong_count(&log), Arc::weak_count(&log)), (1, 0));
    assert_eq!(*log.lock().unwrap(), [3]);
}
