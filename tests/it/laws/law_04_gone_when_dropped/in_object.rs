//! With the anchor inside, results go in the object's own drop.

use std::rc::{self, Rc};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_tests::{Tally, Token, watchdog};

/// Notes the thread it is dropped on.
#[derive(Clone)]
struct Noted(Arc<Mutex<Vec<ThreadId>>>);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(thread::current().id());
    }
}

#[test]
fn an_anchor_inside_drops_its_results_in_the_objects_drop_on_that_thread() {
    #[derive(HasAnchor)]
    struct Doc {
        drops: Arc<Mutex<Vec<ThreadId>>>,
        anchor: Anchor,
    }
    #[weak_memo]
    fn lent(doc: &Doc) -> &Noted {
        Noted(Arc::clone(&doc.drops))
    }
    #[weak_memo]
    fn cloned(doc: &Doc, n: u32) -> Arc<Noted> {
        let _ = n;
        Arc::new(Noted(Arc::clone(&doc.drops)))
    }
    watchdog(|| {
        let drops: Arc<Mutex<Vec<ThreadId>>> = Arc::default();
        let doc = Doc { drops: Arc::clone(&drops), anchor: Anchor::new() };
        lent(&doc);
        cloned(&doc, 1);
        cloned(&doc, 2);
        assert_eq!(drops.lock().unwrap().len(), 0);
        let drops_there = Arc::clone(&drops);
        let there = thread::spawn(move || {
            drop(doc);
            let so_far = drops_there.lock().unwrap().len();
            assert_eq!(so_far, 3, "before the drop returns");
            thread::current().id()
        });
        let there = there.join().unwrap();
        assert_eq!(*drops.lock().unwrap(), [there; 3]);
    });
}

#[test]
fn results_that_own_objects_with_results_are_gone_before_the_outermost_drop_returns() {
    #[weak_memo]
    fn inner(n: &Anchored<Tally>) -> &Token {
        n.token()
    }
    #[weak_memo(may_return_owner)]
    fn outer(n: &Anchored<Tally>) -> Arc<Anchored<Tally>> {
        let child = Anchored::new((**n).clone());
        inner(&child);
        Arc::new(child)
    }
    let tally = Tally::new();
    let root = Anchored::new(tally.clone());
    let child = outer(&root);
    outer(&child);
    drop(child);
    assert_eq!(tally.alive(), 2);
    drop(root);
    assert_eq!(tally.alive(), 0);
    assert_eq!((inner_memo().stats().dropped, outer_memo().stats().dropped), (2, 2));
}

#[test]
fn the_copies_of_values_are_dropped_with_the_owner_too() {
    #[weak_memo]
    fn f(owner: &Anchored<u8>, #[memo(value)] strong: &(u32, Token), #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (owner, strong);
        Arc::new(tally.token())
    }
    let (owner, arguments, results) = (Anchored::new(0), Tally::new(), Tally::new());
    for n in 0..10 {
        f(&owner, &(n, arguments.token()), &results);
    }
    assert_eq!((arguments.alive(), results.alive()), (10, 10));
    drop(owner);
    assert_eq!((arguments.alive(), results.alive()), (0, 0));
}

#[test]
fn whole_lists_and_trees_are_dropped() {
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
