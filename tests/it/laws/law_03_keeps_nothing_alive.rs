//! Law 3: after any call the arguments' strong counts are what they were, and no argument is cloned on a hit.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex, Weak};
use std::thread;

use memo_core::{Anchor, Anchored, HasAnchor, MemoKey, sweep, weak_memo};
use memo_tests::{Tally, Token, alone};

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
    memo_tests::panic_of(|| f(&a, &b, true));
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
fn a_hit_does_not_raise_the_count_even_while_it_runs() {
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

struct Object(u32);

impl Object {
    #[weak_memo]
    fn by_rc(self: &Rc<Self>, m: u32) -> u32 {
        self.0 + m
    }
    #[weak_memo]
    fn by_arc(self: &Arc<Self>) -> &u32 {
        self.0
    }
    #[weak_memo]
    fn by_value(self: Rc<Self>, m: u32) -> u32 {
        self.0 + m
    }
}

#[derive(HasAnchor)]
struct Own(u32, Anchor);

impl Own {
    #[weak_memo]
    fn twice(&self) -> u32 {
        self.0 * 2
    }
}

#[test]
fn methods_keep_no_instance_alive_and_instances_share_nothing() {
    let (a, b) = (Rc::new(Object(1)), Rc::new(Object(2)));
    for _ in 0..2 {
        assert_eq!((a.by_rc(1), b.by_rc(1), Rc::clone(&a).by_value(1), Rc::clone(&b).by_value(1)), (2, 3, 2, 3));
    }
    assert_eq!((Rc::strong_count(&a), Rc::strong_count(&b)), (1, 1));
    assert_eq!((Object::by_rc_memo().len(), Object::by_value_memo().len()), (2, 2));
    drop(a);
    assert_eq!((Object::by_rc_memo().len(), Object::by_value_memo().len()), (1, 1));

    let (a, b) = (Arc::new(Object(1)), Arc::new(Object(2)));
    assert_eq!((*a.by_arc(), *b.by_arc(), Arc::strong_count(&a)), (1, 2, 1));

    let (a, b) = (Own(1, Anchor::new()), Own(2, Anchor::new()));
    assert_eq!((a.twice(), b.twice(), Own::twice_memo().len()), (2, 4, 2));
    drop(a);
    assert_eq!(Own::twice_memo().len(), 1);
}

#[test]
fn a_pointer_that_is_marked_as_a_value_is_kept_alive_until_the_owner_goes() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Wrapper(Arc<u32>);
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(value)] wrapper: &Wrapper) -> u32 {
        **owner + *wrapper.0
    }
    let (owner, inner) = (Anchored::new(1), Arc::new(2));
    f(&owner, &Wrapper(Arc::clone(&inner)));
    assert_eq!(Arc::strong_count(&inner), 2, "`#[memo(value)]` keeps a copy; `derive(MemoKey)` is the weak way");
    drop(owner);
    assert_eq!(Arc::strong_count(&inner), 1, "and it too goes with the owner");
}

#[test]
fn objects_whose_last_owner_is_the_call_itself_die_with_it() {
    static STARTED: Barrier = Barrier::new(2);
    static GO_ON: Barrier = Barrier::new(2);
    #[weak_memo]
    fn f(owner: &Arc<Tally>, other: &Arc<u32>) -> Arc<Token> {
        let _ = other;
        STARTED.wait();
        GO_ON.wait();
        Arc::new(owner.token())
    }
    alone(|| {
        let tally = Tally::new();
        for _ in 0..20 {
            let (owner, other) = (Arc::new(tally.clone()), Arc::new(1));
            let (theirs, their_other) = (Arc::clone(&owner), Arc::clone(&other));
            let (weak, weak_other) = (Arc::downgrade(&owner), Arc::downgrade(&other));
            let call = thread::spawn(move || drop(f(&theirs, &their_other)));
            STARTED.wait();
            // All that is left is the call's own.
            drop((owner, other));
            sweep();
            GO_ON.wait();
            call.join().unwrap();
            assert!(weak.upgrade().is_none() && weak_other.upgrade().is_none());
            assert_eq!(f_memo().len(), 0);
        }
        sweep();
        assert_eq!((tally.made(), tally.alive()), (20, 0));
    });
}

#[test]
fn what_a_memo_does_to_get_mut_and_to_the_weak_count() {
    #[weak_memo]
    fn arc(n: &Arc<u32>, other: &Arc<u32>) -> u32 {
        **n + **other
    }
    #[weak_memo]
    fn rc(n: &Rc<u32>) -> u32 {
        **n
    }
    let (mut a, mut b, mut r) = (Arc::new(1), Arc::new(2), Rc::new(3));
    assert!(Arc::get_mut(&mut a).is_some() && Arc::weak_count(&a) == 0);
    for _ in 0..3 {
        arc(&a, &b);
        rc(&r);
    }
    assert!(Arc::get_mut(&mut a).is_none() && Arc::get_mut(&mut b).is_none() && Rc::get_mut(&mut r).is_none());
    // A few for each object, however often and by however many memos it is used.
    let (owner, other, local) = (Arc::weak_count(&a), Arc::weak_count(&b), Rc::weak_count(&r));
    assert_eq!((owner, local), (1, 1));
    assert!((1..=2).contains(&other), "{other}");
    // It stays so after the results have gone, and `make_mut` and `try_unwrap` are the ways around.
    arc_memo().clear();
    sweep();
    assert!(Arc::get_mut(&mut a).is_none());
    *Arc::make_mut(&mut a) = 10;
    assert_eq!((arc(&a, &b), Arc::try_unwrap(b).unwrap(), Rc::try_unwrap(r).unwrap()), (12, 2, 3));
    // An object with an anchor inside has no such thing.
    let mut boxed = Arc::new(Anchored::new(5));
    #[weak_memo]
    fn inside(n: &Anchored<u32>) -> u32 {
        **n
    }
    assert_eq!((inside(&boxed), Arc::weak_count(&boxed)), (5, 0));
    **Arc::get_mut(&mut boxed).unwrap() = 6;
    assert_eq!(inside(&boxed), 6);
}
