//! Law 10 with `cycle = ..`: the call that closes a ring gets a value, and only the ring's head stores what is made of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Barrier, OnceLock};

use memo_core::{Anchor, Anchored, Cycle, HasAnchor, weak_memo};
use memo_tests::{Tally, alone, assert_balanced, panic_of, watchdog};

/// A node of a graph, which may be part of rings.
#[derive(Default)]
struct Node {
    name: &'static str,
    next: OnceLock<Vec<Arc<Node>>>,
}

/// Nodes of these names, with an arrow for each pair. They own each other, and are leaked.
fn graph<const N: usize>(names: [&'static str; N], arrows: &[(usize, usize)]) -> [Arc<Node>; N] {
    let nodes = names.map(|name| Arc::new(Node { name, next: OnceLock::new() }));
    for (number, node) in nodes.iter().enumerate() {
        let next = arrows.iter().filter(|(from, _)| *from == number).map(|(_, to)| Arc::clone(&nodes[*to])).collect();
        assert!(node.next.set(next).is_ok());
    }
    nodes
}

fn next(node: &Node) -> &[Arc<Node>] {
    node.next.get().expect("the graph is made")
}

#[test]
fn a_call_that_closes_a_ring_gets_the_value_and_the_head_stores() {
    #[weak_memo(cycle = 10)]
    fn single(n: &Arc<u32>) -> u32 {
        single(n) + **n
    }
    #[weak_memo(cycle = 10)]
    fn keyed(n: &Arc<u32>, m: u32) -> u32 {
        keyed(n, m) + **n + m
    }
    #[weak_memo(cycle = 10)]
    fn of_rc(n: &Rc<u32>, m: u32) -> u32 {
        of_rc(n, m) + **n + m
    }
    #[weak_memo(cycle = 10)]
    fn inside(n: &Anchored<u32>) -> u32 {
        inside(n) + **n
    }
    #[weak_memo(cycle = 10)]
    #[track_caller]
    fn tracked(n: &Arc<u32>) -> u32 {
        tracked(n) + **n
    }
    watchdog(|| {
        let (arc, rc, object) = (Arc::new(1), Rc::new(1), Anchored::new(1));
        for _ in 0..2 {
            let all = [single(&arc), keyed(&arc, 5), of_rc(&rc, 5), inside(&object), tracked(&arc)];
            assert_eq!(all, [11, 16, 16, 11, 11]);
        }
        let all = [
            single_memo().stats(),
            keyed_memo().stats(),
            of_rc_memo().stats(),
            inside_memo().stats(),
            tracked_memo().stats(),
        ];
        for stats in all {
            // The call that closes the ring is a miss without a compute.
            assert_eq!((stats.hits, stats.misses, stats.computes, stats.entries), (1, 2, 1, 1), "{stats:?}");
            assert_balanced(&stats);
        }
    });
}

/// Which nodes can be reached: the sum of what is new at each.
#[weak_memo(name = "reach", cycle = String::new())]
fn reach(node: &Arc<Node>) -> String {
    next(node).iter().fold(node.name.to_owned(), |all, next| all + &reach(next))
}

#[test]
fn what_is_computed_inside_a_ring_is_not_stored() {
    watchdog(|| {
        // a -> b -> c -> a, and d beside.
        let [a, b, c, d] = graph(["a", "b", "c", "d"], &[(0, 1), (1, 2), (1, 3), (2, 0)]);
        assert_eq!(reach(&a), "abcd");
        let stored = [&a, &b, &c, &d].map(|node| reach_memo().get(node));
        // `d` is below the ring, and not inside.
        assert_eq!(stored, [Some("abcd".to_owned()), None, None, Some("d".to_owned())]);
        // Asked for by itself, it has an answer of its own.
        assert_eq!(reach(&c), "cabcd");
        assert_eq!(reach_memo().get(&c).as_deref(), Some("cabcd"));
        assert_balanced(&reach_memo().stats());
    });
}

#[test]
fn a_memo_without_a_value_is_not_stored_inside_a_ring_either() {
    #[weak_memo(cycle = 0)]
    fn head(n: &Arc<u32>) -> u32 {
        between(n, 1) + 1
    }
    #[weak_memo]
    fn between(n: &Arc<u32>, m: u32) -> u32 {
        below(n) + head(n) + m
    }
    #[weak_memo]
    fn below(n: &Arc<u32>) -> u32 {
        **n
    }
    watchdog(|| {
        let n = Arc::new(100);
        assert_eq!(head(&n), 102);
        assert_eq!((head_memo().len(), between_memo().len(), below_memo().len()), (1, 0, 1));
        // Now there is no ring.
        assert_eq!((between(&n, 1), between_memo().len()), (203, 1));
        // The memo that the ring is closed with has the say.
        let other = Arc::new(100);
        assert!(panic_of(|| between(&other, 1)).contains("between` at"));
        assert_eq!(head_memo().get(&other), None);
        for stats in [head_memo().stats(), between_memo().stats(), below_memo().stats()] {
            assert_balanced(&stats);
        }
    });
}

#[test]
fn a_ring_inside_another_is_stored_by_neither_but_the_outer_head() {
    watchdog(|| {
        // a -> b -> c -> b, and b -> a: `b` is the head of one ring, and inside the other.
        let [a, b, c] = graph(["a", "b", "c"], &[(0, 1), (1, 2), (1, 0), (2, 1)]);
        assert_eq!(reach(&a), "abc");
        assert_eq!([&a, &b, &c].map(|node| reach_memo().get(node).is_some()), [true, false, false]);
        // The other way round, the inner ring is closed last.
        let [a, b, c] = graph(["a", "b", "c"], &[(0, 1), (1, 0), (1, 2), (2, 1)]);
        assert_eq!(reach(&a), "abc");
        assert_eq!([&a, &b, &c].map(|node| reach_memo().get(node).is_some()), [true, false, false]);
        // Two rings one after the other: each head stores.
        let [a, b, c] = graph(["a", "b", "c"], &[(0, 1), (1, 2), (2, 1)]);
        assert_eq!(reach(&a), "abc");
        assert_eq!([&a, &b, &c].map(|node| reach_memo().get(node).is_some()), [true, true, false]);
    });
}

#[test]
fn the_closure_sees_the_ring_and_the_parameters() {
    #[weak_memo(name = "even", cycle = |cycle| Err(format!("{n} {key}: {}", names(&cycle))))]
    fn even(n: &Arc<u32>, key: String) -> Result<bool, String> {
        odd(n, key.len())
    }
    #[weak_memo(name = "odd")]
    fn odd(n: &Arc<u32>, key: usize) -> Result<bool, String> {
        even(n, "x".repeat(key)).map(|even| !even)
    }
    fn names(cycle: &Cycle) -> String {
        let all = cycle.chain.iter().map(|call| format!("{}({})", call.memo, call.key.as_deref().unwrap_or_default()));
        all.collect::<Vec<_>>().join(" ")
    }
    watchdog(|| {
        let n = Arc::new(7);
        assert_eq!(even(&n, "x".into()), Err("7 x: even(\"x\") odd(1)".to_owned()));
        // An `Err` is not remembered.
        assert_eq!((even_memo().len(), odd_memo().len()), (0, 0));
    });
}

#[test]
fn a_trait_method_has_a_value_too() {
    trait Size {
        fn size(&self, add: u32) -> u32;
    }
    #[derive(HasAnchor)]
    struct Own(Anchor);
    impl Size for Own {
        #[weak_memo(handle = none, cycle = add * 100)]
        fn size(&self, add: u32) -> u32 {
            self.size(add) + add
        }
    }
    impl Size for Rc<Own> {
        #[weak_memo(handle = none, cycle = |cycle| cycle.chain.len() as u32)]
        fn size(&self, add: u32) -> u32 {
            self.size(add) + add
        }
    }
    watchdog(|| {
        let own = Own(Anchor::new());
        assert_eq!((own.size(2), own.size(2)), (202, 202));
        assert_eq!(Size::size(&Rc::new(own), 2), 3);
    });
}

#[test]
fn a_lent_result_inside_a_ring_is_a_panic_since_it_would_have_to_be_stored() {
    #[weak_memo(cycle = 0)]
    fn head(n: &Arc<u32>) -> u32 {
        *lent(n) + 1
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &u32 {
        head(n)
    }
    watchdog(|| {
        let n = Arc::new(1);
        let panic = catch_unwind(AssertUnwindSafe(|| head(&n))).unwrap_err();
        assert_eq!(panic.downcast::<Cycle>().expect("a ring").chain.len(), 2);
        assert_eq!((head_memo().len(), lent_memo().len()), (0, 0));
        // A lent result around the ring does not depend on who asks.
        #[weak_memo]
        fn around(n: &Arc<u32>) -> &u32 {
            of_itself(n)
        }
        #[weak_memo(cycle = 5)]
        fn of_itself(n: &Arc<u32>) -> u32 {
            of_itself(n) + 1
        }
        assert_eq!((*around(&n), around_memo().len(), of_itself_memo().len()), (6, 1, 1));
    });
}

#[test]
fn a_value_that_panics_leaves_no_trace() {
    fn no_value() -> u32 {
        panic!("no value")
    }
    #[weak_memo(cycle = no_value())]
    fn f(n: &Arc<u32>) -> u32 {
        f(n) + 1
    }
    watchdog(|| {
        let n = Arc::new(1);
        assert_eq!(panic_of(|| f(&n)), "no value");
        assert_eq!((f_memo().len(), Arc::strong_count(&n)), (0, 1));
        assert_balanced(&f_memo().stats());
    });
}

#[test]
fn results_inside_a_ring_are_dropped_and_counted() {
    #[weak_memo(cycle = Arc::new(TALLY.token()))]
    fn f(n: &Arc<u32>, m: u32) -> Arc<memo_tests::Token> {
        drop(f(n, (m + 1) % 3));
        Arc::new(TALLY.token())
    }
    static TALLY: std::sync::LazyLock<Tally> = std::sync::LazyLock::new(Tally::default);
    alone(|| {
        let n = Arc::new(1);
        drop(f(&n, 0));
        assert_eq!((f_memo().len(), TALLY.alive()), (1, 1));
        let stats = f_memo().stats();
        assert_eq!((stats.computes, stats.rejected, stats.misses), (3, 2, 4));
        assert_balanced(&stats);
        drop(n);
        memo_core::sweep();
        assert_eq!(TALLY.alive(), 0);
    });
}

/// A ring of `threads`, each of which computes one key and asks for the next one's; all compute before any asks.
fn around(threads: u32) {
    struct Table {
        asked: Barrier,
        threads: u32,
        /// Bodies that run after all threads have begun do not wait for the others.
        came: AtomicU32,
    }
    #[weak_memo(name = "ring of threads", cycle = 100)]
    fn f(table: &Arc<Table>, n: u32) -> u32 {
        if table.came.fetch_add(1, Relaxed) < table.threads {
            table.asked.wait();
        }
        f(table, (n + 1) % table.threads) + 1
    }
    let table = Arc::new(Table { asked: Barrier::new(threads as usize), threads, came: AtomicU32::new(0) });
    let answers: Vec<u32> = std::thread::scope(|scope| {
        let table = &table;
        let all: Vec<_> = (0..threads).map(|n| scope.spawn(move || f(table, n))).collect();
        all.into_iter().map(|thread| thread.join().expect("there is a value")).collect()
    });
    // The value goes through the ring once, from wherever it was closed, or from a stored head.
    assert!(answers.iter().all(|answer| *answer > 100), "{answers:?}");
    // What is stored can be stored by a head alone: it is the value with the whole ring in between, or made of such a result.
    for n in 0..threads {
        if let Some(stored) = f_memo().get((&table, n)) {
            assert!(stored >= 100 + threads, "{n}: {stored} of {answers:?}");
        }
    }
    assert!(!f_memo().is_empty());
    assert_balanced(&f_memo().stats());
}

#[test]
fn a_ring_around_several_threads_gives_the_value_and_only_heads_store() {
    watchdog(|| {
        for _ in 0..50 {
            for threads in [2, 3, 5] {
                around(threads);
            }
        }
    });
}

#[test]
fn who_waits_for_a_result_inside_a_ring_computes_it_without_that_ring() {
    struct Table {
        inside: Barrier,
    }
    /// The head's value is 0, so that what is inside would be wrong for everybody else.
    #[weak_memo(cycle = 0)]
    fn head(table: &Arc<Table>) -> u32 {
        inside(table) + 1
    }
    #[weak_memo]
    fn inside(table: &Arc<Table>) -> u32 {
        // The first time, until the other thread waits for this one.
        static FIRST: AtomicU32 = AtomicU32::new(0);
        if FIRST.fetch_add(1, Relaxed) == 0 {
            table.inside.wait();
            memo_tests::in_time(|| inside_memo().stats().waits > 0);
        }
        head(table) + 10
    }
    watchdog(|| {
        let table = Arc::new(Table { inside: Barrier::new(2) });
        std::thread::scope(|scope| {
            let first = scope.spawn(|| head(&table));
            let second = scope.spawn(|| {
                table.inside.wait();
                inside(&table)
            });
            assert_eq!(first.join().unwrap(), 11);
            // It may find the head's result, or be the head itself of a ring that the first thread does not take part in.
            let second = catch_unwind(AssertUnwindSafe(|| second.join().unwrap())).unwrap();
            assert_eq!(second, 21);
        });
        assert_eq!((head_memo().get(&table), inside_memo().get(&table)), (Some(11), Some(21)));
    });
}

#[test]
fn the_payload_names_memos_places_and_keys_of_all_threads() {
    struct Table(Barrier, AtomicU32);
    impl Table {
        /// A body that runs again, after a panic, meets nobody.
        fn meet(&self) {
            if self.1.fetch_add(1, Relaxed) < 2 {
                self.0.wait();
            }
        }
    }
    #[weak_memo(name = "left of two")]
    fn left(table: &Arc<Table>, key: &str) -> u32 {
        table.meet();
        right(table, (key.len(), 'r'))
    }
    #[weak_memo(name = "right of two")]
    fn right(table: &Arc<Table>, key: (usize, char)) -> u32 {
        table.meet();
        through(&Rc::new(0), table, key)
    }
    // Of one thread alone: its key is not shown to another.
    #[weak_memo(name = "through", local)]
    fn through(_: &Rc<u32>, #[memo(skip)] table: &Arc<Table>, key: (usize, char)) -> u32 {
        left(table, &"x".repeat(key.0))
    }
    watchdog(|| {
        let table = Arc::new(Table(Barrier::new(2), AtomicU32::new(0)));
        let ends = std::thread::scope(|scope| {
            let left = scope.spawn(|| catch_unwind(AssertUnwindSafe(|| left(&table, "xx"))));
            let right = scope.spawn(|| catch_unwind(AssertUnwindSafe(|| right(&table, (2, 'r')))));
            [left.join().unwrap(), right.join().unwrap()]
        });
        let cycles: Vec<_> = ends.map(|end| end.unwrap_err().downcast::<Cycle>().expect("a ring")).into();
        let around =
            cycles.iter().find(|cycle| cycle.to_string().contains("a ring of 2 threads")).expect("one of them");
        assert_eq!(around.chain.len(), 3);
        for call in &around.chain {
            assert_eq!(call.file, file!());
            match (&*call.memo, call.key.as_deref()) {
                ("left of two", Some("\"xx\"")) | ("right of two", Some("(2, 'r')")) => {}
                ("through", None | Some("(2, 'r')")) => {}
                other => panic!("{other:?}"),
            }
        }
    });
}
