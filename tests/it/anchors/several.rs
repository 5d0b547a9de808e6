//! Several anchors in one object, one of them its own; the others are owners by themselves.

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchor, HasAnchor, HasLocalAnchor, LocalAnchor, weak_memo};
use memo_tests::{Tally, Token};

#[derive(HasAnchor)]
struct Line {
    tally: Tally,
    first: Anchor,
    #[memo(anchor)]
    own: Anchor,
    second: Anchor,
}

#[weak_memo]
fn of_own(line: &Line) -> &Token {
    line.tally.token()
}

#[weak_memo]
fn of_one<'a>(_of: &'a Anchor, #[memo(skip)] line: &'a Line) -> &'a Token {
    line.tally.token()
}

#[weak_memo]
fn cloned(_of: &Anchor, #[memo(skip)] line: &Line, n: u8) -> Arc<Token> {
    let _ = n;
    Arc::new(line.tally.token())
}

#[test]
fn each_has_results_that_go_by_themselves() {
    let tally = Tally::new();
    let new = Anchor::new;
    let mut line = Line { tally: tally.clone(), first: new(), own: new(), second: new() };
    for _ in 0..2 {
        of_own(&line);
        assert!(!std::ptr::eq(of_one(&line.first, &line), of_one(&line.second, &line)));
        assert!(!Arc::ptr_eq(&cloned(&line.first, &line, 1), &cloned(&line.second, &line, 1)));
    }
    assert_eq!((tally.alive(), line.own.is_empty(), line.first.is_empty()), (5, false, false));
    assert_eq!(cloned_memo().forget_owner(&line.second), 1);
    line.first.clear();
    assert_eq!(tally.alive(), 2);
    assert!(of_one_memo().get((&line.first, &line)).is_none() && of_one_memo().get((&line.second, &line)).is_some());
    assert_eq!((of_one_memo().clear_owner(&mut line.second), tally.alive()), (1, 1));
    // Of the whole, the mark says which: the results of the others stay.
    of_one(&line.first, &line);
    assert_eq!((of_own_memo().clear_owner(&mut line), tally.alive()), (1, 1));
    drop(line);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn of_one_thread_too() {
    #[derive(HasLocalAnchor)]
    struct Tree {
        #[memo(anchor)]
        own: LocalAnchor,
        other: LocalAnchor,
    }
    #[weak_memo]
    fn of_own(tree: &Tree) -> &Rc<u8> {
        Rc::new(u8::from(tree.other.is_empty()))
    }
    #[weak_memo]
    fn of_other(_of: &LocalAnchor, n: u8) -> Rc<u8> {
        Rc::new(n)
    }
    let mut tree = Tree { own: LocalAnchor::new(), other: LocalAnchor::new() };
    assert_eq!((**of_own(&tree), *of_other(&tree.other, 2)), (1, 2));
    tree.other.clear();
    assert_eq!((of_other_memo().len(), of_own_memo().len(), tree.own.is_empty()), (0, 1, false));
    assert_eq!(of_own_memo().take(&mut tree).as_deref(), Some(&1));
}
