//! What is held ends with its objects, whatever happens to a call.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

use super::{Fleet, here, runs};

#[weak_memo(capacity = 2, store = here(), version = 1)]
fn from(text: &Anchored<String>, at: usize) -> String {
    runs();
    text[at..].to_owned()
}

#[test]
fn a_change_of_the_object_lets_go_of_its_results() {
    let fleet = Fleet::new();
    let mut text = Anchored::new("abc".to_owned());
    fleet.within(0, || (from(&text, 0), from(&text, 1)));
    assert_eq!(fleet.engine.memory.holds(), 2);
    text.push('d');
    fleet.nothing_is_held();
    assert_eq!(fleet.within(0, || from(&text, 1)), ("bcd".to_owned(), 1));
    assert_eq!(fleet.engine.memory.holds(), 1);
    drop(text);
    fleet.nothing_is_held();
}

#[test]
fn what_was_evicted_or_forgotten_is_found() {
    let fleet = Fleet::new();
    let text = Anchored::new("abcd".to_owned());
    fleet.within(0, || (0..4).for_each(|at| _ = from(&text, at)));
    assert_eq!(fleet.engine.memory.holds(), 4, "the object lives");
    assert_eq!(fleet.within(0, || (0..4).map(|at| from(&text, at).len()).sum::<usize>()), (10, 0));
    from_memo().forget_owner(&text);
    assert_eq!(fleet.within(0, || from(&text, 3)).1, 0);
}

#[weak_memo(store = here(), version = 1)]
fn first_word(text: &Arc<String>) -> String {
    runs();
    text.split_whitespace().next().expect("a word").to_owned()
}

#[test]
fn a_panic_leaves_nothing_behind() {
    let fleet = Fleet::new();
    let empty = Arc::new(String::new());
    for process in [0, 1] {
        let (result, ran) = fleet.within(process, || catch_unwind(AssertUnwindSafe(|| first_word(&empty))));
        assert_eq!((result.is_err(), ran), (true, 1));
        fleet.nothing_is_held();
    }
    assert_eq!(fleet.stores[1].stats().waits, 0, "the claim is free");
    assert!(fleet.engine.memory.is_empty());
}

#[weak_memo(store = here(), version = 1)]
fn depth(text: &Arc<String>) -> usize {
    runs();
    if text.is_empty() { 0 } else { 1 + depth(&Arc::new(text[1..].to_owned())) }
}

#[test]
fn a_function_may_call_itself() {
    let fleet = Fleet::new();
    assert_eq!(fleet.within(0, || depth(&Arc::new("abc".to_owned()))), (3, 4));
    assert_eq!(fleet.within(1, || depth(&Arc::new("dabc".to_owned()))), (4, 1), "a part of it is known");
    fleet.nothing_is_held();
}

#[test]
fn the_handle_asks_the_store() {
    let fleet = Fleet::new();
    let (there, here) = (Arc::new("a b".to_owned()), Arc::new("a b".to_owned()));
    fleet.within(0, || first_word(&there));
    assert_eq!(fleet.within(1, || first_word_memo().call(&here).0), ("a".to_owned(), 0));
    assert_eq!(fleet.within(1, || first_word_memo().refresh(&here)), ("a".to_owned(), 0));
}
