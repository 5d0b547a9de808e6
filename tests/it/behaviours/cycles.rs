//! Ephemerons and cycles. There is no collector: a strong cycle is a leak of the user's, and `clear` opens it.

use std::rc;
use std::rc::Rc;
use std::sync::{Arc, Mutex, Weak};

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::{Tally, Token, alone};

#[derive(Clone)]
struct Holds<T> {
    _what: T,
    _token: Arc<Token>,
}

fn holds<T>(what: T, tally: &Tally) -> Holds<T> {
    Holds { _what: what, _token: Arc::new(tally.token()) }
}

/// The macro would see the owner's type in the result.
#[derive(Clone)]
struct Held(#[expect(dead_code, reason = "it only is")] Holds<Arc<u32>>);

#[test]
fn b46_a_result_that_holds_its_key_is_a_leak_and_is_reported() {
    #[weak_memo(name = "holds its key")]
    fn f(n: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Held {
        Held(holds(Arc::clone(n), tally))
    }
    alone(|| {
        let (n, tally) = (Arc::new(1), Tally::new());
        let weak = Arc::downgrade(&n);
        drop(f(&n, &tally));
        assert_eq!(f_memo().stats().retained, 1);
        assert!(memo_core::report().to_string().contains("held by their own result"));
        drop(n);
        sweep();
        assert_eq!((f_memo().len(), tally.alive(), weak.strong_count()), (1, 1, 1), "it is a leak");
        f_memo().clear();
        assert_eq!((tally.alive(), weak.strong_count()), (0, 0));
    });
}

#[test]
fn b47_a_result_that_holds_a_weak_or_a_copy_dies_normally() {
    #[weak_memo]
    fn weak(n: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Holds<Weak<u32>> {
        holds(Arc::downgrade(n), tally)
    }
    #[weak_memo]
    fn copy(n: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Holds<u32> {
        holds(**n, tally)
    }
    alone(|| {
        let (n, tally) = (Arc::new(1), Tally::new());
        weak(&n, &tally);
        copy(&n, &tally);
        assert_eq!((weak_memo().stats().retained, copy_memo().stats().retained), (0, 0));
        drop(n);
        sweep();
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn b48_two_entries_that_hold_each_others_keys_leak_until_cleared() {
    #[weak_memo]
    fn f(n: &Arc<u32>, #[memo(skip)] other: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Held {
        let _ = n;
        Held(holds(Arc::clone(other), tally))
    }
    alone(|| {
        let (k1, k2, tally) = (Arc::new(1), Arc::new(2), Tally::new());
        f(&k1, &k2, &tally);
        f(&k2, &k1, &tally);
        drop((k1, k2));
        sweep();
        assert_eq!((f_memo().len(), tally.alive()), (2, 2), "as in every table without a collector");
        assert_eq!(f_memo().clear(), 2);
        assert_eq!(f_memo().len(), 0);
        memo_core::sweep();
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn b51_a_result_may_refer_to_its_own_memo() {
    #[weak_memo]
    fn f(n: &Rc<u32>) -> fn() -> usize {
        let _ = n;
        || f_memo().len()
    }
    let n = Rc::new(1);
    let count = f(&n);
    assert_eq!((count(), f(&n)()), (1, 1));
    drop(n);
    assert_eq!(count(), 0);
}

#[test]
fn b52_a_key_in_a_cycle_of_its_own_is_the_users_leak_and_no_more() {
    struct Node {
        me: Mutex<Option<Arc<Node>>>,
        tally: Tally,
    }
    #[weak_memo]
    fn f(node: &Arc<Node>) -> Arc<Token> {
        Arc::new(node.tally.token())
    }
    alone(|| {
        let tally = Tally::new();
        let node = Arc::new(Node { me: Mutex::new(None), tally: tally.clone() });
        *node.me.lock().unwrap() = Some(Arc::clone(&node));
        f(&node);
        assert_eq!(f_memo().stats().retained, 0, "the cycle was there before the call");
        let weak = Arc::downgrade(&node);
        drop(node);
        assert_eq!((f_memo().len(), tally.alive()), (1, 1), "it lives");
        drop(weak.upgrade().unwrap().me.lock().unwrap().take());
        assert_eq!(f_memo().len(), 0);
        memo_core::sweep();
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn b54_doubly_linked_lists_and_trees_with_parents_drop_fully() {
    struct Link {
        next: Option<Rc<Link>>,
        prev: Mutex<rc::Weak<Link>>,
        tally: Tally,
    }
    #[weak_memo]
    fn neighbours(link: &Rc<Link>) -> (usize, Rc<Token>) {
        let prev = link.prev.lock().unwrap().upgrade();
        // It asks the neighbours, forwards only.
        let after = link.next.as_ref().map_or(0, |next| neighbours(next).0);
        (after + usize::from(prev.is_some()), Rc::new(link.tally.token()))
    }
    struct Person {
        children: Vec<Anchored<Person>>,
        name: String,
    }
    #[weak_memo]
    fn names(person: &Anchored<Person>) -> &Vec<String> {
        let below = person.children.iter().flat_map(|child| names(child).iter().cloned());
        std::iter::once(person.name.clone()).chain(below).collect()
    }
    let tally = Tally::new();
    let mut first: Option<Rc<Link>> = None;
    for _ in 0..100 {
        let link = Rc::new(Link { next: first.take(), prev: Mutex::default(), tally: tally.clone() });
        if let Some(next) = &link.next {
            *next.prev.lock().unwrap() = Rc::downgrade(&link);
        }
        first = Some(link);
    }
    assert_eq!(first.as_ref().map(|link| neighbours(link).0), Some(99));
    assert_eq!(tally.alive(), 100);
    drop(first);
    assert_eq!(neighbours_memo().len(), 0);
    memo_core::sweep();
    assert_eq!(tally.alive(), 0);

    let child = |name: &str| Anchored::new(Person { children: Vec::new(), name: name.to_owned() });
    let parent = Anchored::new(Person { children: vec![child("a"), child("b")], name: "p".to_owned() });
    assert_eq!(names(&parent), &["p", "a", "b"]);
    drop(parent);
    assert_eq!((names_memo().stats().entries, names_memo().stats().dropped), (0, 3));
}
