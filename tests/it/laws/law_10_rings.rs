//! Law 10: never hangs by itself. Rings within one thread; rings over several threads come with `cycle`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};
use memo_tests::watchdog;

use crate::panic_of;

#[test]
fn asking_for_what_is_being_computed_panics_with_the_name_and_the_place() {
    thread_local! {
        static RING: Cell<bool> = const { Cell::new(true) };
    }
    #[weak_memo]
    fn arc(n: &Arc<u32>) -> u32 {
        if RING.get() { arc(n) } else { **n }
    }
    #[weak_memo]
    fn rc(n: &Rc<u32>, m: u32) -> u32 {
        if RING.get() { rc(n, m) } else { **n + m }
    }
    #[weak_memo]
    fn inside(n: &Anchored<u32>) -> u32 {
        if RING.get() { inside(n) } else { **n }
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &u32 {
        if RING.get() { *lent(n) } else { **n }
    }
    watchdog(|| {
        let (a, r, o) = (Arc::new(1), Rc::new(1), Anchored::new(1));
        RING.set(true);
        let file = file!();
        let all = [
            ("arc", panic_of(|| arc(&a))),
            ("rc", panic_of(|| rc(&r, 1))),
            ("inside", panic_of(|| inside(&o))),
            ("lent", panic_of(|| *lent(&a))),
        ];
        for (name, said) in &all {
            let full = format!("{}::{name}", module_path!());
            assert!(said.starts_with("memo_core: "), "{said}");
            assert!(said.contains(&format!("`{full}` at {file}:")), "{said}");
        }
        // And no trace of it.
        RING.set(false);
        assert_eq!((arc(&a), rc(&r, 1), inside(&o), *lent(&a)), (1, 2, 1, 1));
        assert_eq!((arc_memo().len(), rc_memo().len(), inside_memo().len()), (1, 1, 1));
    });
}

#[test]
fn a_ring_of_three_names_all_three_in_order() {
    #[weak_memo(name = "first")]
    fn first(n: &Arc<u32>) -> u32 {
        second(n, 1)
    }
    #[weak_memo(name = "second")]
    fn second(n: &Arc<u32>, m: u32) -> u32 {
        *third(n) + m
    }
    #[weak_memo(name = "third")]
    fn third(n: &Arc<u32>) -> &u32 {
        first(n)
    }
    watchdog(|| {
        let n = Arc::new(1);
        let said = panic_of(|| first(&n));
        let places: Vec<_> = ["`first` at ", "`second` at ", "`third` at ", "-> `first`"]
            .iter()
            .map(|part| said.find(part).unwrap_or_else(|| panic!("no {part:?} in {said:?}")))
            .collect();
        assert!(places.is_sorted(), "{said}");
        assert_eq!((first_memo().len(), second_memo().len(), third_memo().len()), (0, 0, 0));
        // The part of the chain before the ring is not of it.
        #[weak_memo(name = "before")]
        fn before(n: &Arc<u32>) -> u32 {
            first(n)
        }
        let said = panic_of(|| before(&n));
        assert!(!said.contains("before"), "{said}");
    });
}

#[test]
fn another_key_or_another_object_is_no_ring() {
    #[weak_memo]
    fn f(n: &Arc<u32>, other: &Arc<u32>, m: u32) -> u32 {
        if m == 0 { **n } else { f(other, n, m) + f(n, other, m - 1) }
    }
    let _ = f_memo();
    #[weak_memo]
    fn g(n: &Arc<u32>, m: u32) -> u32 {
        if m == 0 { **n } else { g(n, m - 1) + 1 }
    }
    watchdog(|| {
        assert_eq!(g(&Arc::new(1), 200), 201);
        // `f(a, b, 1)` asks for `f(b, a, 1)`, which asks for `f(a, b, 1)`.
        let said = panic_of(|| f(&Arc::new(1), &Arc::new(2), 1));
        assert_eq!(said.matches("::f` at ").count(), 2, "{said}");
    });
}

#[test]
fn without_single_flight_an_inner_call_of_the_same_key_is_no_ring() {
    thread_local! {
        static DEPTH: Cell<u32> = const { Cell::new(0) };
    }
    #[weak_memo(single_flight = false)]
    fn f(n: &Arc<u32>) -> u32 {
        // As if a work-stealing pool ran an independent call of the same key inside this body.
        DEPTH.set(DEPTH.get() + 1);
        if DEPTH.get() < 5 { f(n) } else { **n }
    }
    #[weak_memo(single_flight = false)]
    fn lent(n: &Arc<u32>) -> &u32 {
        DEPTH.set(DEPTH.get() + 1);
        if DEPTH.get() < 5 { *lent(n) } else { **n }
    }
    watchdog(|| {
        let n = Arc::new(7);
        assert_eq!((f(&n), f_memo().stats().computes, f_memo().len()), (7, 5, 1));
        DEPTH.set(0);
        assert_eq!((*lent(&n), lent_memo().stats().computes, lent_memo().len()), (7, 5, 1));
    });
}

#[test]
fn a_ring_without_single_flight_ends_in_a_panic_all_the_same() {
    #[weak_memo(single_flight = false)]
    fn f(n: &Arc<u32>) -> u32 {
        f(n)
    }
    #[weak_memo(single_flight = false)]
    fn lent(n: &Arc<u32>) -> &u32 {
        *lent(n)
    }
    watchdog(|| {
        let big = std::thread::Builder::new().stack_size(512 << 20);
        let ends = big.spawn(|| {
            let n = Arc::new(7);
            (panic_of(|| f(&n)), panic_of(|| *lent(&n)))
        });
        let (f_said, lent_said) = ends.unwrap().join().unwrap();
        assert!(f_said.contains("::f` at ") && f_said.contains("its own result"), "{f_said}");
        assert!(lent_said.contains("::lent` at "), "{lent_said}");
    });
}

#[test]
fn a_body_that_refreshes_its_own_result_is_a_ring_too() {
    #[weak_memo]
    fn f(n: &Arc<u32>, m: u32) -> u32 {
        if m == 0 { **n } else { f_memo().refresh((n, m)) }
    }
    #[weak_memo]
    fn through(n: &Arc<u32>) -> u32 {
        back(n)
    }
    #[weak_memo]
    fn back(n: &Arc<u32>) -> u32 {
        through_memo().refresh(n)
    }
    // Without the panic this would run out of its stack, and end the process.
    memo_tests::alone(|| {
        let n = Arc::new(1);
        assert!(panic_of(|| f(&n, 1)).contains("::f` at "));
        let said = panic_of(|| through(&n));
        assert!(said.contains("::through` at ") && said.contains("::back` at "), "{said}");
        assert_eq!((f_memo().len(), through_memo().len(), back_memo().len()), (0, 0, 0));
        assert_eq!(f_memo().refresh((&n, 0)), 1);
        for stats in [f_memo().stats(), through_memo().stats(), back_memo().stats()] {
            crate::statistics::assert_balanced(&stats);
        }
    });
}
