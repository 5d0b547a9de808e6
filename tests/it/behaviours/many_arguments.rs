//! Several arguments.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::{Tally, alone};

#[test]
fn b34_the_same_pair_hits_and_either_death_evicts() {
    #[weak_memo]
    fn f(a: &Rc<u32>, b: &Rc<u32>) -> u32 {
        **a * 10 + **b
    }
    let (k1, k2) = (Rc::new(1), Rc::new(2));
    assert_eq!((f(&k1, &k2), f(&k1, &k2), f(&k2, &k1)), (12, 12, 21));
    assert_eq!((f_memo().stats().hits, f_memo().len()), (1, 2));
    drop(k1);
    assert_eq!(f_memo().len(), 0);
    let k1 = Rc::new(3);
    assert_eq!((f(&k1, &k2), f_memo().stats().computes), (32, 3));
    drop(k2);
    assert_eq!(f_memo().len(), 0);
}

#[test]
fn b35_three_weak_occurrences_with_one_object_twice_and_one_in_a_tuple() {
    #[weak_memo]
    fn f(a: &Rc<u32>, b: &Rc<u32>, c: (&Rc<u32>, u32)) -> u32 {
        **a + **b + **c.0 + c.1
    }
    let (a, b) = (Rc::new(1), Rc::new(2));
    for _ in 0..2 {
        assert_eq!((f(&a, &a, (&b, 1)), f(&a, &b, (&a, 1)), f(&b, &b, (&b, 1))), (5, 5, 7));
    }
    assert_eq!((f_memo().stats().computes, f_memo().len()), (3, 3));
    drop(a);
    assert_eq!(f_memo().len(), 1);
    drop(b);
    assert_eq!(f_memo().len(), 0);
}

#[test]
fn b37_a_wrapper_kept_as_a_value_is_strong_as_documented() {
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
fn b39_a_hit_needs_weak_and_strong_to_match_and_nan_is_found_again() {
    #[weak_memo]
    fn f(owner: &Rc<u32>, x: f64, y: f32, other: &Rc<u32>) -> u64 {
        u64::from(**owner + **other) + x.to_bits() + u64::from(y.to_bits())
    }
    let (a, b) = (Rc::new(1), Rc::new(2));
    f(&a, 1.0, 1.0, &b);
    for (owner, x, y, other) in [(&a, 1.5, 1.0, &b), (&a, 1.0, 1.5, &b), (&a, 1.0, 1.0, &a), (&b, 1.0, 1.0, &b)] {
        f(owner, x, y, other);
    }
    assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (5, 0));
    f(&a, f64::NAN, 0.0, &b);
    f(&a, f64::NAN, 0.0, &b);
    assert_eq!(f_memo().stats().hits, 1, "by bits: a `NaN` is found again");
    f(&a, f64::NAN, -0.0, &b);
    assert_eq!(f_memo().stats().hits, 1, "and the two zeros are two keys");
}

#[test]
fn b40_ten_thousand_strong_arguments_under_one_living_key_respect_the_capacity() {
    #[weak_memo(capacity = 100)]
    fn f(owner: &Anchored<u32>, text: &str) -> usize {
        text.len() + **owner as usize
    }
    let owner = Anchored::new(0);
    for n in 0..10_000 {
        f(&owner, &n.to_string());
        assert!(f_memo().stats().entries <= 100);
    }
    assert_eq!((f_memo().len(), f_memo().stats().evicted), (100, 9_900));
}

#[test]
fn b41_a_strong_argument_first_leaves_no_residue_when_the_weak_second_dies() {
    #[weak_memo]
    fn f(text: &str, n: u32, owner: &Arc<Tally>) -> usize {
        text.len() + n as usize + owner.alive()
    }
    alone(|| {
        f("warm", 0, &Arc::new(Tally::new()));
        sweep();
        let before = memo_tests::live_bytes();
        for n in 0..10_000 {
            f(&n.to_string(), n, &Arc::new(Tally::new()));
        }
        assert_eq!(f_memo().len(), 0);
        sweep();
        let more = memo_tests::live_bytes().saturating_sub(before);
        assert!(more < 16 * 1024, "{more} bytes are left");
    });
}

#[test]
fn b43_forgetting_another_argument_leaves_the_entry() {
    #[weak_memo]
    fn f(owner: &Rc<u32>, n: u32, other: Option<&Rc<u32>>) -> u32 {
        **owner + n + other.map_or(0, |other| **other)
    }
    let (a, b) = (Rc::new(1), Rc::new(2));
    f(&a, 1, Some(&b));
    for args in [(&a, 2, Some(&b)), (&a, 1, None), (&a, 1, Some(&a)), (&b, 1, Some(&b))] {
        assert!(!f_memo().forget(args));
    }
    assert_eq!((f_memo().len(), f_memo().get((&a, 1, Some(&b)))), (1, Some(4)));
    assert!(f_memo().forget((&a, 1, Some(&b))));
}

/// Arguments have no spelling order in Rust; but some may be left out of the key, and some context taken in.
#[test]
fn b44_skipped_arguments_do_not_split_entries_and_named_context_does() {
    thread_local! {
        static LOCALE: Cell<u32> = const { Cell::new(1) };
    }
    #[weak_memo]
    fn f(owner: &Rc<u32>, #[memo(skip)] verbose: bool, #[memo(key = LOCALE.get() * width)] width: u32) -> u32 {
        let _ = verbose;
        **owner + LOCALE.get() * width
    }
    let owner = Rc::new(1);
    assert_eq!((f(&owner, true, 10), f(&owner, false, 10), f_memo().stats().computes), (11, 11, 1));
    LOCALE.set(2);
    assert_eq!((f(&owner, true, 10), f_memo().stats().computes), (21, 2));
    assert_eq!((f(&owner, true, 5), f_memo().stats().computes), (11, 2), "the expression is the key, not the argument");
}

#[test]
fn b45_the_hash_of_a_strong_argument_is_computed_once_a_call_and_never_at_eviction() {
    thread_local! {
        static HASHES: Cell<usize> = const { Cell::new(0) };
    }
    #[derive(Clone, PartialEq, Eq)]
    struct Key(u32);
    impl Hash for Key {
        fn hash<H: Hasher>(&self, state: &mut H) {
            HASHES.set(HASHES.get() + 1);
            self.0.hash(state);
        }
    }
    #[weak_memo(capacity = 4)]
    fn f(owner: &Rc<u32>, #[memo(value)] key: &Key) -> u32 {
        **owner + key.0
    }
    let owner = Rc::new(1);
    // Misses, growth of the table, evictions; then hits; then everything goes.
    for n in 0..50 {
        f(&owner, &Key(n));
        assert_eq!(HASHES.replace(0), 1, "at miss number {n}");
    }
    f(&owner, &Key(49));
    assert_eq!(HASHES.replace(0), 1, "at a hit");
    f_memo().forget((&owner, &Key(49)));
    f_memo().insert((&owner, &Key(49)), 1);
    f_memo().refresh((&owner, &Key(49)));
    assert_eq!(HASHES.replace(0), 3);
    f_memo().clear();
    drop(owner);
    sweep();
    assert_eq!(HASHES.get(), 0);
}
