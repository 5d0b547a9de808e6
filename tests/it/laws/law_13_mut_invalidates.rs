//! Law 13: `&mut` invalidates.

use std::sync::Arc;

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};
use memo_tests::{Tally, Token};

#[test]
fn an_anchored_object_drops_its_results_on_mutable_access() {
    #[weak_memo]
    fn lent(tally: &Anchored<Tally>) -> &Token {
        tally.token()
    }
    #[weak_memo]
    fn cloned(tally: &Anchored<Tally>, n: u32) -> Arc<Token> {
        let _ = n;
        Arc::new(tally.token())
    }
    let tally = Tally::new();
    let mut object = Anchored::new(tally.clone());
    lent(&object);
    cloned(&object, 1);
    cloned(&object, 2);
    assert_eq!(tally.alive(), 3);
    // Mutable access alone; nothing is written.
    let _: &mut Tally = &mut object;
    assert_eq!((tally.alive(), lent_memo().stats().cleared, cloned_memo().stats().cleared), (0, 1, 2));
    lent(&object);
    assert_eq!(lent_memo().stats().computes, 2);
    object.clear();
    assert_eq!(tally.alive(), 0);
    lent(&object);
    drop(object.into_inner());
    assert_eq!(tally.alive(), 0);
}

#[test]
fn an_anchored_object_is_iterated_over_as_its_value_is() {
    #[weak_memo]
    fn sum(list: &Anchored<Vec<u32>>) -> u32 {
        list.iter().sum()
    }
    #[weak_memo]
    fn longest(list: &Anchored<[String]>) -> usize {
        list.iter().map(String::len).max().unwrap_or(0)
    }
    let mut list = Anchored::new(vec![1, 2]);
    assert_eq!(sum(&list), 3);
    let mut seen = Vec::new();
    for number in &list {
        seen.push(*number);
    }
    assert_eq!((seen, sum_memo().get(&list)), (vec![1, 2], Some(3)), "by `&` nothing changes");
    for number in &mut list {
        *number += 1;
    }
    assert_eq!((sum_memo().get(&list), sum(&list)), (None, 5), "by `&mut` the results are gone");
    // Nothing is written, and still there was `&mut` access.
    let _ = (&mut list).into_iter();
    assert_eq!((sum_memo().get(&list), sum_memo().stats().cleared), (None, 2));
    sum(&list);
    assert_eq!(list.into_iter().collect::<Vec<_>>(), [2, 3]);
    assert_eq!((sum_memo().len(), sum_memo().stats().dropped), (0, 1), "by value they go with the wrapper");

    let unsized_list: &mut Anchored<[String]> = &mut Anchored::new([String::from("a"), String::from("bc")]);
    assert_eq!(longest(unsized_list), 2);
    for text in &mut *unsized_list {
        text.push('!');
    }
    assert_eq!((longest(unsized_list), unsized_list.into_iter().count()), (3, 2));
}

#[test]
fn a_changed_second_argument_ends_the_entry_too() {
    #[weak_memo]
    fn f(a: &Anchored<u32>, b: &Anchored<u32>) -> u32 {
        **a * 10 + **b
    }
    #[weak_memo(capacity = unbounded)]
    fn lent(a: &Anchored<u32>, b: &Anchored<u32>) -> &u32 {
        **a * 10 + **b
    }
    let (mut a, mut b) = (Anchored::new(1), Anchored::new(2));
    assert_eq!((f(&a, &b), *lent(&a, &b)), (12, 12));
    *b = 3;
    assert_eq!(
        (f_memo().stats().cleared, lent_memo().stats().cleared),
        (1, 1),
        "at the change itself, not with the owner"
    );
    assert_eq!((f(&a, &b), *lent(&a, &b)), (13, 13));
    *a = 2;
    assert_eq!((f(&a, &b), *lent(&a, &b)), (23, 23));
    assert_eq!((f_memo().stats().cleared, f_memo().len()), (2, 1));
}

#[derive(HasAnchor)]
struct Doc {
    text: String,
    anchor: Anchor,
}

#[test]
fn a_derived_anchor_is_cleared_explicitly() {
    #[weak_memo]
    fn len(doc: &Doc) -> usize {
        doc.text.len()
    }
    let mut doc = Doc { text: "abc".to_owned(), anchor: Anchor::new() };
    assert_eq!(len(&doc), 3);
    doc.text.push('d');
    assert_eq!(len(&doc), 3, "documented: an anchor does not see a change beside it");
    doc.anchor.clear();
    assert_eq!(len(&doc), 4);
    let moved = Doc { text: String::new(), ..doc };
    assert_eq!(len(&moved), 4, "documented: `..old` moves the anchor along");
    let Doc { anchor, .. } = moved;
    let around = Doc { text: "ab".to_owned(), anchor };
    assert_eq!(len(&around), 4, "documented: so does an object that is made around it");
}

#[derive(HasAnchor)]
struct Titled {
    title: String,
    text: String,
    anchor: Anchor,
}

#[derive(Default)]
struct Plain {
    title: String,
    text: String,
}

#[test]
fn an_object_made_from_another_has_no_results_if_its_anchor_is_new_or_it_is_anchored() {
    #[weak_memo]
    fn both(doc: &Titled) -> String {
        format!("{}: {}", doc.title, doc.text)
    }
    #[weak_memo]
    fn both_of(doc: &Anchored<Plain>) -> String {
        format!("{}: {}", doc.title, doc.text)
    }
    let old = Titled { title: "a".to_owned(), text: "b".to_owned(), anchor: Anchor::new() };
    assert_eq!(both(&old), "a: b");
    let new = Titled { text: "c".to_owned(), anchor: Anchor::new(), ..old };
    assert_eq!(both(&new), "a: c");

    let old = Anchored::new(Plain { title: "a".to_owned(), text: "b".to_owned() });
    assert_eq!(both_of(&old), "a: b");
    let mut new = Anchored::new(Plain { text: "c".to_owned(), ..old.into_inner() });
    assert_eq!(both_of(&new), "a: c");
    *new = Plain { text: "d".to_owned(), ..std::mem::take(&mut *new) };
    assert_eq!(both_of(&new), "a: d");
}

#[test]
fn the_contents_of_an_arc_owner_cannot_change_under_its_results() {
    #[weak_memo]
    fn len(text: &Arc<String>, other: &Arc<String>) -> usize {
        text.len() + other.len()
    }
    let (mut text, mut other) = (Arc::new("abc".to_owned()), Arc::new("x".to_owned()));
    assert!(Arc::get_mut(&mut text).is_some());
    assert_eq!(len(&text, &other), 4);
    assert!(Arc::get_mut(&mut text).is_none(), "the memo's `Weak` is out");
    assert!(Arc::get_mut(&mut other).is_none());
    // Sole owner but for the `Weak`: the contents move to a new object, and the old one is dead.
    let before = Arc::as_ptr(&text);
    Arc::make_mut(&mut text).push('d');
    assert!(!std::ptr::eq(before, Arc::as_ptr(&text)));
    assert_eq!(len(&text, &other), 5);
    Arc::make_mut(&mut other).push('y');
    assert_eq!(len(&text, &other), 6);
    // Shared: a copy, and the other owner keeps the old object with its results.
    let shared = Arc::clone(&text);
    Arc::make_mut(&mut text).clear();
    assert_eq!((len(&text, &other), len(&shared, &other)), (2, 6));
    assert_eq!(len_memo().stats().hits, 1);
    assert_eq!(Arc::try_unwrap(text).unwrap(), "");
}

#[test]
fn a_clone_has_results_of_its_own() {
    #[weak_memo]
    fn len(text: &Anchored<String>) -> usize {
        text.len()
    }
    let text = Anchored::new("abc".to_owned());
    len(&text);
    let copy = text.clone();
    assert!(copy.anchor().is_empty() && copy == text);
    assert_eq!((len(&copy), len_memo().stats().computes), (3, 2));
}
