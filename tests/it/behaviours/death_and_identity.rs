//! Death and identity.

use std::cell::Cell;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::{Tally, Token, alone};

#[test]
fn b1_an_entry_is_there_while_its_object_lives_and_gone_right_after() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> u32 {
        **n
    }
    alone(|| {
        let n = Arc::new(1);
        f(&n);
        assert_eq!((f_memo().len(), f_memo().get(&n)), (1, Some(1)));
        assert_eq!(Arc::strong_count(&n), 1, "the table never keeps it");
        let weak = Arc::downgrade(&n);
        drop(n);
        assert!(weak.upgrade().is_none());
        assert_eq!(f_memo().len(), 0);
    });
}

#[test]
fn b2_the_results_destructor_runs_exactly_once() {
    #[weak_memo]
    fn arc(tally: &Arc<Tally>, n: u32) -> Arc<Token> {
        let _ = n;
        Arc::new(tally.token())
    }
    #[weak_memo]
    fn inside(tally: &Anchored<Tally>) -> &Token {
        tally.token()
    }
    alone(|| {
        let tally = Tally::new();
        let (a, o) = (Arc::new(tally.clone()), Anchored::new(tally.clone()));
        (0..5).for_each(|n| drop(arc(&a, n)));
        inside(&o);
        drop(o);
        assert_eq!(tally.dropped(), 1);
        drop(a);
        sweep();
        sweep();
        assert_eq!((tally.made(), tally.dropped()), (6, 6));
    });
}

#[test]
fn b3_ten_strong_arguments_and_their_results_go_with_the_one_weak_key() {
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
fn b4_two_equal_but_distinct_keys_are_two_entries() {
    #[weak_memo]
    fn f(text: &Rc<String>) -> String {
        text.to_uppercase()
    }
    let (a, b) = (Rc::new("same".to_owned()), Rc::new("same".to_owned()));
    assert_eq!((f(&a), f(&b)), ("SAME".to_owned(), "SAME".to_owned()));
    assert_eq!((f_memo().stats().computes, f_memo().len()), (2, 2));
}

#[test]
fn b5_the_keys_protocols_are_never_touched() {
    // It has neither `Hash`, `Eq`, `Debug` nor `Clone`.
    struct Bare(Cell<u32>);
    #[weak_memo]
    fn f(a: &Rc<Bare>, b: &Rc<Bare>) -> u32 {
        a.0.get() + b.0.get()
    }
    let (a, b) = (Rc::new(Bare(Cell::new(1))), Rc::new(Bare(Cell::new(2))));
    assert_eq!((f(&a, &b), f(&a, &b), f_memo().stats().computes), (3, 3, 1));
}

/// There is no function to inject an address: this makes the allocator give the same one again and again.
#[test]
fn b7_an_address_that_is_used_again_is_not_the_old_key() {
    #[weak_memo]
    fn f(n: &Arc<u64>) -> u64 {
        **n
    }
    let mut reused = 0;
    let mut used = std::collections::HashSet::new();
    for n in 0..10_000 {
        let object = Arc::new(n);
        reused += u32::from(!used.insert(Arc::as_ptr(&object).addr()));
        assert_eq!(f(&object), n);
        drop(object);
        // Until then the memo's `Weak` holds the address.
        sweep();
    }
    // AddressSanitizer keeps freed memory back on purpose.
    let kept_back = std::env::var_os("ASAN_OPTIONS").is_some();
    assert!(reused > 0 || kept_back, "no address came back: the test is about nothing");
}

#[test]
fn b10_a_value_argument_is_equal_by_its_eq_and_its_entry_lives_with_the_owner() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Name(String);
    #[weak_memo]
    fn f(owner: &Anchored<u8>, #[memo(value)] key: &Name) -> usize {
        key.0.len() + usize::from(**owner)
    }
    let owner = Anchored::new(0);
    let (k1, k2) = (Name("key".to_owned()), Name("key".to_owned()));
    f(&owner, &k1);
    drop(k1);
    f(&owner, &k2);
    assert_eq!(f_memo().stats().hits, 1, "a copy was kept: the first key's death means nothing");
    drop(k2);
    assert_eq!(f_memo().len(), 1);
    drop(owner);
    assert_eq!(f_memo().len(), 0);
}

#[test]
fn b11_a_clone_of_the_rc_hits_and_the_last_clone_ends_the_entry() {
    #[weak_memo]
    fn f(n: &Rc<u32>) -> u32 {
        **n
    }
    let n = Rc::new(1);
    let clones: Vec<_> = (0..3).map(|_| Rc::clone(&n)).collect();
    f(&n);
    clones.iter().for_each(|clone| assert_eq!(f(clone), 1));
    assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (1, 3));
    drop(n);
    for clone in clones {
        assert_eq!((f_memo().len(), f(&clone)), (1, 1));
        drop(clone);
    }
    assert_eq!((f_memo().len(), f_memo().stats().computes), (0, 1));
}

#[test]
fn b13_allocations_of_no_size_are_distinct_keys() {
    #[weak_memo]
    fn f(unit: &Rc<()>, other: &Rc<()>) -> (usize, usize) {
        (Rc::as_ptr(unit) as usize, Rc::as_ptr(other) as usize)
    }
    let all: Vec<_> = (0..5).map(|_| Rc::new(())).collect();
    for a in &all {
        for b in &all {
            assert_eq!(f(a, b), (Rc::as_ptr(a) as usize, Rc::as_ptr(b) as usize));
        }
    }
    assert_eq!(f_memo().len(), 25);
}

#[test]
fn b14_unsized_keys_are_known_by_their_thin_address() {
    #[weak_memo]
    fn dynamic(value: &Rc<dyn Debug>) -> String {
        format!("{value:?}")
    }
    #[weak_memo]
    fn slice(value: &Rc<[u16]>) -> usize {
        value.len()
    }
    #[weak_memo]
    fn text(value: &Rc<str>) -> usize {
        value.len()
    }
    let number = Rc::new(5_u32);
    let (one, two): (Rc<dyn Debug>, Rc<dyn Debug>) = (number.clone(), number);
    assert_eq!((dynamic(&one), dynamic(&two), dynamic_memo().stats().computes), ("5".into(), "5".into(), 1));
    let (a, b): (Rc<[u16]>, Rc<[u16]>) = (Rc::from([1, 2]), Rc::from([1, 2]));
    assert_eq!((slice(&a), slice(&b), slice(&a.clone()), slice_memo().stats().computes), (2, 2, 2, 2));
    let (a, b): (Rc<str>, Rc<str>) = (Rc::from("ab"), Rc::from("ab"));
    assert_eq!((text(&a), text(&b), text(&a.clone()), text_memo().stats().computes), (2, 2, 2, 2));
}

/// A `Weak` itself is refused by the compiler; what can be passed is what it leads to.
#[test]
fn b16_a_dangling_weak_leads_to_no_object_and_so_to_an_entry_of_the_owner_alone() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(key = weak.upgrade())] weak: &Weak<u32>) -> Option<u32> {
        weak.upgrade().map(|n| *n + **owner)
    }
    alone(|| {
        let owner = Anchored::new(1);
        assert_eq!((f(&owner, &Weak::new()), f(&owner, &Weak::new())), (None, None));
        let n = Arc::new(2);
        let weak = Arc::downgrade(&n);
        assert_eq!((f(&owner, &weak), f(&owner, &weak)), (Some(3), Some(3)));
        assert_eq!((Arc::strong_count(&n), f_memo().stats().computes), (1, 2));
        drop(n);
        assert_eq!((f(&owner, &weak), f_memo().len()), (None, 1));
        drop(owner);
        assert_eq!(f_memo().len(), 0);
    });
}

#[test]
fn b18_death_is_deterministic_with_no_waiting_and_no_collection() {
    #[weak_memo]
    fn g(b: &Rc<u32>, a: &Anchored<u32>) -> u32 {
        **a + **b
    }
    let rc = Rc::new(1);
    for n in 0..100 {
        let object = Anchored::new(n);
        assert_eq!(g(&rc, &object), n + 1);
        drop(object);
        assert_eq!(g_memo().len(), 0);
    }
}
