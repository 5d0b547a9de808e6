//! Re-entry and drop-time code.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock, Weak};

use memo_core::{Anchor, Anchored, HasAnchor, sweep, weak_memo};
use memo_tests::{alone, live_bytes, watchdog};

use crate::panic_of;

#[test]
fn b84_a_results_drop_calls_the_same_function() {
    static GLOBAL: OnceLock<Arc<u32>> = OnceLock::new();
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Calls(u32);
    impl Drop for Calls {
        fn drop(&mut self) {
            DROPS.fetch_add(1, SeqCst);
            // Its own results call it too, so this ends: the number falls.
            if self.0 > 0 {
                f(GLOBAL.get().unwrap(), self.0 - 1);
                f(&Arc::new(0), self.0 - 1);
            }
        }
    }
    #[weak_memo(capacity = 3)]
    fn f(n: &Arc<u32>, m: u32) -> Arc<Calls> {
        let _ = n;
        Arc::new(Calls(m))
    }
    alone(|| {
        let global = GLOBAL.get_or_init(|| Arc::new(1));
        // Evictions, purges, forgets, replacements, clears: each drops some.
        for m in 0..6 {
            f(global, m);
            f(&Arc::new(2), m);
        }
        sweep();
        f_memo().forget((global, 5));
        f_memo().insert((global, 4), Arc::new(Calls(4)));
        f_memo().insert((global, 4), Arc::new(Calls(3)));
        f_memo().refresh((global, 4));
        while f_memo().clear() > 0 {}
        while sweep() > 0 {
            f_memo().clear();
        }
        assert_eq!(f_memo().stats().entries, 0);
        assert!(DROPS.load(SeqCst) > 30);
    });
}

#[test]
fn b85_a_keys_drop_calls_the_function_with_another_key() {
    thread_local! {
        static OTHER: Rc<Key> = Rc::new(Key(7));
    }
    struct Key(u32);
    impl Drop for Key {
        fn drop(&mut self) {
            if self.0 != 7 {
                assert_eq!(OTHER.with(|other| f(other, 1)), 8);
            }
        }
    }
    #[weak_memo]
    fn f(key: &Rc<Key>, m: u32) -> u32 {
        key.0 + m
    }
    watchdog(|| {
        for n in 0..5 {
            let key = Rc::new(Key(n));
            assert_eq!((f(&key, 1), f(&key, 2)), (n + 1, n + 2));
            drop(key);
        }
        assert_eq!(f_memo().len(), 1);
        assert_eq!(f_memo().stats().hits, 4);
    });
}

#[test]
fn b86_a_keys_drop_that_looks_itself_up_finds_nothing_and_does_not_panic() {
    static LOOKED: AtomicUsize = AtomicUsize::new(0);
    // Behind an `Arc`: there is no `Arc` left to look up.
    struct Behind(Weak<Behind>);
    impl Drop for Behind {
        fn drop(&mut self) {
            assert!(self.0.upgrade().is_none());
            LOOKED.fetch_add(1, SeqCst);
        }
    }
    #[weak_memo]
    fn behind(object: &Arc<Behind>) -> usize {
        object.0.strong_count()
    }
    // With an anchor inside: its own drop runs before that of its anchor, so it can still be asked.
    #[derive(HasAnchor)]
    struct Inside {
        number: u32,
        anchor: Anchor,
    }
    impl Drop for Inside {
        fn drop(&mut self) {
            assert_eq!((inside(self, 1), inside(self, 2)), (self.number + 1, self.number + 2));
            LOOKED.fetch_add(1, SeqCst);
        }
    }
    #[weak_memo]
    fn inside(object: &Inside, n: u32) -> u32 {
        object.number + n
    }
    alone(|| {
        let object = Arc::new_cyclic(|weak| Behind(weak.clone()));
        assert_eq!(behind(&object), 1);
        drop(object);
        let object = Inside { number: 5, anchor: Anchor::new() };
        assert_eq!(inside(&object, 1), 6);
        drop(object);
        assert_eq!(LOOKED.load(SeqCst), 2);
        let stats = inside_memo().stats();
        assert_eq!((stats.hits, stats.computes, stats.dropped, stats.entries), (1, 2, 2, 0));
        assert_eq!(behind_memo().len(), 0);
    });
}

#[test]
fn b87_a_keys_drop_clears_and_sweeps() {
    struct Key(u32);
    impl Drop for Key {
        fn drop(&mut self) {
            f_memo().clear();
            sweep();
            f_memo().clear();
            let _ = f_memo().len();
        }
    }
    #[weak_memo(may_return_owner)]
    fn f(key: &Rc<Key>, other: &Anchored<Key>) -> Rc<Key> {
        // The result holds a key of its own, whose drop clears too.
        Rc::new(Key(key.0 + other.0))
    }
    fn b_of(_: &Anchored<Key>) -> Rc<Key> {
        Rc::new(Key(0))
    }
    alone(|| {
        let (a, b) = (Rc::new(Key(1)), Anchored::new(Key(2)));
        assert_eq!((f(&a, &b).0, f(&b_of(&b), &b).0), (3, 2));
        drop(b);
        f(&a, &Anchored::new(Key(3)));
        drop(a);
        assert_eq!(f_memo().len(), 0);
    });
}

/// A strong key, each of whose protocols may panic or lie.
#[derive(Clone, Debug)]
struct Strange {
    number: u32,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Well,
    PanicsInHash,
    PanicsInEq,
    Collides,
    HashesAnyhow,
}

thread_local! {
    static ANYHOW: Cell<u64> = const { Cell::new(0) };
}

impl Hash for Strange {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.how {
            How::PanicsInHash => panic!("in hash"),
            How::HashesAnyhow => state.write_u64(ANYHOW.replace(ANYHOW.get() + 1)),
            _ => state.write_u32(42),
        }
    }
}

impl PartialEq for Strange {
    fn eq(&self, other: &Self) -> bool {
        assert!(self.how != How::PanicsInEq && other.how != How::PanicsInEq, "in eq");
        self.number == other.number
    }
}

impl Eq for Strange {}

#[weak_memo]
fn strange(owner: &Anchored<u32>, #[memo(value)] key: &Strange) -> u32 {
    **owner + key.number
}

#[test]
fn b89_a_panic_in_hash_or_eq_comes_out_and_leaves_the_table_as_it_was() {
    let owner = Anchored::new(1);
    let key = |number, how| Strange { number, how };
    for number in 0..5 {
        strange(&owner, &key(number, How::Well));
    }
    let before = strange_memo().stats();
    for (how, said) in [(How::PanicsInHash, "in hash"), (How::PanicsInEq, "in eq")] {
        for _ in 0..3 {
            assert_eq!(panic_of(|| strange(&owner, &key(9, how))), said);
        }
    }
    assert_eq!(strange_memo().stats().entries, before.entries);
    assert_eq!(strange(&owner, &key(9, How::Well)), 10, "a later one goes in");
    for number in 0..5 {
        assert_eq!(strange(&owner, &key(number, How::Well)), 1 + number);
    }
}

#[test]
fn b90_a_thousand_keys_of_one_hash_are_all_found() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(value)] key: &Strange) -> u32 {
        **owner + key.number
    }
    watchdog(|| {
        let owner = Anchored::new(1);
        for _ in 0..2 {
            for number in 0..1_000 {
                assert_eq!(f(&owner, &Strange { number, how: How::Collides }), 1 + number);
            }
        }
        assert_eq!((f_memo().stats().computes, f_memo().stats().hits), (1_000, 1_000));
    });
}

#[test]
fn b92_a_key_of_inconsistent_hash_does_not_leak() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>, #[memo(value)] key: &Strange) -> u32 {
        **owner + key.number
    }
    alone(|| {
        let owner = Anchored::new(1);
        let call = || assert_eq!(f(&owner, &Strange { number: 1, how: How::HashesAnyhow }), 2);
        (0..5_000).for_each(|_| call());
        let before = live_bytes();
        (0..100_000).for_each(|_| call());
        assert!(live_bytes() < before + 64 * 1024, "{} bytes more", live_bytes() - before);
        assert_eq!(f_memo().len(), 1_024);
    });
}
