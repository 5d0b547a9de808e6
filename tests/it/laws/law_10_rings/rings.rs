//! Law 10: never hangs by itself. Rings within one thread, and around several.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Barrier};

use memo_core::{Anchored, Cycle, weak_memo};
use memo_tests::{panic_of, watchdog};

#[test]
fn requesting_a_result_in_flight_panics_with_the_name_and_the_place() {
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
fn a_ring_without_single_flight_also_ends_in_a_panic() {
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
fn a_deep_recursion_without_single_flight_is_no_ring() {
    struct List(Option<Arc<List>>);
    #[weak_memo(single_flight = false)]
    fn cloned(list: &Arc<List>) -> u32 {
        list.0.as_ref().map_or(0, |next| cloned(next) + 1)
    }
    #[weak_memo(single_flight = false)]
    fn lent(list: &Arc<List>) -> &u32 {
        list.0.as_ref().map_or(0, |next| *lent(next) + 1)
    }
    #[weak_memo(single_flight = false, capacity = unbounded)]
    fn keyed(list: &Arc<List>, n: u32) -> u32 {
        if n == 0 { list.0.iter().count() as u32 } else { keyed(list, n - 1) + 1 }
    }
    watchdog(|| {
        const DEEP: u32 = 20_000;
        let big = std::thread::Builder::new().stack_size(1 << 30);
        let deep = big.spawn(|| {
            let all: Vec<_> =
                std::iter::successors(Some(Arc::new(List(None))), |last| Some(Arc::new(List(Some(Arc::clone(last))))))
                    .take(DEEP as usize + 1)
                    .collect();
            let list = &all[DEEP as usize];
            let depths = (cloned(list), *lent(list), keyed(&all[0], DEEP));
            // Not recursive.
            all.into_iter().rev().for_each(drop);
            depths
        });
        assert_eq!(deep.unwrap().join().unwrap(), (DEEP, DEEP, DEEP));
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
            memo_tests::assert_balanced(&stats);
        }
    });
}

/// A ring of `threads`, each of which computes one key of `ring` and asks for the next one's. All are at it before any asks.
/// What each of them said: the answer, or the panic.
fn around(threads: u32, lends: bool) -> Vec<Result<u32, String>> {
    struct Table {
        asked: Barrier,
        threads: u32,
        /// Whether a call is the first of its thread: what is asked for again, after a panic, does not wait for the others.
        starts: std::sync::Mutex<std::collections::HashSet<u32>>,
    }
    impl Table {
        fn wait(&self, n: u32) {
            let starts = self.starts.lock().unwrap().insert(n);
            if starts {
                self.asked.wait();
            }
        }
    }
    #[weak_memo(name = "cloned ring")]
    fn cloned(table: &Arc<Table>, n: u32) -> u32 {
        table.wait(n);
        cloned(table, (n + 1) % table.threads) + 1
    }
    #[weak_memo(name = "lent ring", capacity = unbounded)]
    fn lent(table: &Arc<Table>, n: u32) -> &u32 {
        table.wait(n);
        *lent(table, (n + 1) % table.threads) + 1
    }
    let table = Arc::new(Table { asked: Barrier::new(threads as usize), threads, starts: Default::default() });
    let ask = |n| if lends { *lent(&table, n) } else { cloned(&table, n) };
    std::thread::scope(|scope| {
        let ask = &ask;
        let all: Vec<_> = (0..threads)
            .map(|n| {
                scope.spawn(move || {
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ask(n)))
                        .map_err(|panic| panic.downcast::<Cycle>().expect("a ring").to_string())
                })
            })
            .collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn a_ring_around_several_threads_panics_with_the_chain_and_hangs_nobody() {
    watchdog(|| {
        for threads in [2, 3, 5] {
            for lends in [false, true] {
                let name = if lends { "`lent ring` at " } else { "`cloned ring` at " };
                let said = around(threads, lends);
                // No answer exists: everybody ends in the panic of a ring, the first one's around all threads.
                let panics: Vec<_> = said.into_iter().map(Result::unwrap_err).collect();
                let all = format!("a ring of {threads} threads");
                assert!(panics.iter().any(|said| said.contains(&all)), "{panics:?}");
                for said in &panics {
                    assert!(said.starts_with("memo_core: ") && said.contains(name), "{said}");
                    assert!(said.contains(file!()), "{said}");
                }
            }
        }
    });
}

#[test]
fn a_ring_around_two_threads_names_both_memos_and_the_other_thread_continues() {
    struct Node {
        both: Barrier,
        came: std::sync::atomic::AtomicU32,
    }
    #[weak_memo(name = "left")]
    fn left(node: &Arc<Node>) -> u32 {
        meet(node);
        right(node).unwrap_or(1)
    }
    // The error is its body's own: the panic of the ring, caught, stands for a body that has another way.
    #[weak_memo(name = "right")]
    fn right(node: &Arc<Node>) -> Option<u32> {
        meet(node);
        let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| left(node)));
        asked.ok()
    }
    fn meet(node: &Node) {
        // Once each: a body that runs again, after a panic, meets nobody.
        if node.came.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2 {
            node.both.wait();
        }
    }
    watchdog(|| {
        let node = Arc::new(Node { both: Barrier::new(2), came: 0.into() });
        let (left_said, right_said) = std::thread::scope(|scope| {
            let left = scope.spawn(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| left(&node))));
            let right = scope.spawn(|| right(&node));
            (left.join().unwrap(), right.join().unwrap())
        });
        match (left_said, right_said) {
            // `right` closed the ring, caught it, and answered `None`.
            (Ok(1), None) => {}
            // `left` closed it, and its panic reached `right`, who was waiting and computed `left` itself: a ring of one thread.
            (Err(panic), None) => {
                let said = panic.downcast::<Cycle>().expect("a ring").to_string();
                assert!(
                    said.contains("a ring of 2 threads") && said.contains("`left` at ") && said.contains("`right` at "),
                    "{said}"
                );
            }
            other => panic!("{other:?}"),
        }
    });
}
