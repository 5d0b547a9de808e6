//! Lifetime edges.

use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use memo_core::{Anchored, sweep, weak_memo};
use memo_tests::alone;

use crate::panic_of;

#[test]
fn b106_a_panic_poisons_nothing() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        assert!(m != 0, "in the body");
        **n + m
    }
    #[weak_memo]
    fn bombs(n: &Arc<u32>, m: u32) -> Arc<Bomb> {
        let _ = (n, m);
        Arc::new(Bomb)
    }
    alone(|| {
        let n = Arc::new(1);
        // The result is handed out as well, so the table's is not the last.
        let held = [bombs(&n, 1), bombs(&n, 2)];
        assert_eq!(bombs_memo().clear(), 2);
        for bomb in held {
            assert_eq!(panic_of(|| drop(bomb)), "in drop");
        }
        bombs_memo().insert((&n, 1), Arc::new(Bomb));
        assert_eq!(panic_of(|| bombs_memo().clear()), "in drop");
        assert_eq!(panic_of(|| f(&n, 0)), "in the body");
        // On this thread, and on another.
        assert_eq!((f(&n, 1), f(&n, 1)), (2, 2));
        let theirs = Arc::clone(&n);
        assert_eq!(thread::spawn(move || f(&theirs, 2)).join().unwrap(), 3);
        let _ = (f_memo().stats(), memo_core::report().to_string(), f_memo().len());
        drop(n);
        sweep();
        assert_eq!((f_memo().clear(), bombs_memo().clear()), (0, 0));
    });
}

#[test]
fn b107_what_a_memo_does_to_get_mut_and_to_the_weak_count() {
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
