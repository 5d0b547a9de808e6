//! One living object for each equal value (103).

use std::cell::Cell;
use std::sync::Arc;

use memo_core::weak::Interner;
use memo_core::weak_memo;
use memo_tests::{Tally, Token, alone};

use crate::hashers::Colliding;

#[test]
fn equal_values_become_one_object_and_after_its_death_another() {
    let names = Interner::<str>::new();
    let first = names.intern("ada");
    let others: [Arc<str>; 3] = [
        names.intern(String::from("ada")),
        names.intern(Box::<str>::from("ada")),
        names.intern(Arc::<str>::from("ada")),
    ];
    assert!(others.iter().all(|other| Arc::ptr_eq(other, &first)));
    assert!(!Arc::ptr_eq(&names.intern("bob"), &first));
    drop((first, others));
    assert!(names.get("ada").is_none() && names.is_empty());
    let given = Arc::<str>::from("ada");
    let again = names.intern(Arc::clone(&given));
    assert!(Arc::ptr_eq(&again, &given) && names.contains(&given), "an `Arc` becomes the object itself");
    assert!(!names.contains(&Arc::from("ada")));
    let made = Cell::new(false);
    let there = names.intern_with("ada", || {
        made.set(true);
        "ada".into()
    });
    assert!(Arc::ptr_eq(&there, &given) && !made.get());
    assert_eq!((names.len(), names.stored_len() >= 1), (1, true));
}

/// The living are told apart, the dead are replaced: also where all have one hash.
#[test]
fn values_of_one_hash_are_told_apart() {
    let interner: Interner<u32, _> = Interner::with_hasher(Colliding);
    let mut all: Vec<_> = (0..50).map(|n| interner.intern(n)).collect();
    for round in 0..20 {
        for n in 0..50_u32 {
            let there = interner.get(&n);
            assert!(there.is_some_and(|there| Arc::ptr_eq(&there, &all[n as usize])));
            assert!(Arc::ptr_eq(&interner.intern(n), &all[n as usize]));
            if (n + round) % 3 == 0 {
                all[n as usize] = Arc::new(u32::MAX);
                assert!(interner.get(&n).is_none());
                all[n as usize] = interner.intern(n);
            }
        }
        assert_eq!(interner.len(), 50);
        assert!(interner.stored_len() <= 100, "{}", interner.stored_len());
    }
}

/// What is not needed of what was given goes at once, and only that.
#[test]
fn what_is_not_needed_is_dropped() {
    alone(|| {
        let (interner, tally) = (Interner::<Token>::new(), Tally::new());
        let first = interner.intern(tally.token());
        assert_eq!(tally.alive(), 1);
        let second = interner.intern(Arc::new(tally.token()));
        assert!(Arc::ptr_eq(&first, &second) && tally.alive() == 1);
        drop(first);
        assert_eq!(Arc::strong_count(&second), 1);
        assert_eq!((interner.clear(), interner.len(), tally.alive()), (1, 0, 1), "forgotten, and alive");
        let other = interner.intern(tally.token());
        assert!(!Arc::ptr_eq(&other, &second));
        drop((other, second));
        assert_eq!((tally.alive(), interner.sweep()), (0, 1));
    });
}

/// The early cut-off of the docs.
#[test]
fn memos_of_an_interned_argument_hit_for_each_equal_one() {
    static WORDS: Interner<Vec<String>> = Interner::new();
    #[weak_memo]
    fn longest(words: &Arc<Vec<String>>) -> usize {
        words.iter().map(String::len).max().unwrap_or(0)
    }
    alone(|| {
        let words = |text: &str| WORDS.intern(text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        let first = words("one two three");
        assert_eq!((longest(&first), longest(&words("one two three"))), (5, 5));
        assert_eq!(longest_memo().stats().computes, 1);
        drop(first);
        assert_eq!(longest(&words("one two three")), 5);
        assert_eq!(longest_memo().stats().computes, 2);
    });
}
