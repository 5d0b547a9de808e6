//! Scopes count the calls of the threads that are in them, and of no other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::testing::{self, Calls, Scope, calls, scope};
use memo_core::{Anchored, Hit, weak_memo};
use memo_tests::{assert_balanced, panic_of, watchdog};

/// Hits, misses and computes.
fn three(calls: Calls) -> (u64, u64, u64) {
    (calls.hits, calls.misses, calls.computes)
}

#[test]
fn every_kind_of_hit_is_counted_once_in_the_scope_and_once_in_all() {
    #[weak_memo]
    fn plain(text: &Arc<String>) -> usize {
        text.len()
    }
    #[weak_memo]
    fn cloned(text: &Arc<String>) -> String {
        text.to_uppercase()
    }
    #[weak_memo]
    fn lent(text: &Arc<String>) -> &str {
        text.to_uppercase()
    }
    #[weak_memo]
    fn plain_inside(text: &Anchored<String>) -> usize {
        text.len()
    }
    #[weak_memo]
    fn cloned_inside(text: &Anchored<String>) -> String {
        text.to_uppercase()
    }
    #[weak_memo]
    fn lent_inside(text: &Anchored<String>) -> &str {
        text.to_uppercase()
    }
    #[weak_memo]
    fn keyed(text: &Arc<String>, n: u32) -> usize {
        text.len() + n as usize
    }
    #[weak_memo]
    fn cloned_keyed(text: &Arc<String>, #[memo(value)] key: &str) -> String {
        format!("{text}{key}")
    }
    #[weak_memo(capacity = unbounded)]
    fn lent_keyed<'t>(text: &'t Arc<String>, key: &str) -> &'t String {
        format!("{text}{key}")
    }
    #[weak_memo]
    fn of_one_thread(text: &Rc<String>) -> Rc<String> {
        Rc::new(text.to_uppercase())
    }
    #[weak_memo]
    fn of_one_thread_keyed(text: &Rc<String>, n: u32) -> u32 {
        text.len() as u32 + n
    }
    let (arc, inside, rc) = (Arc::new(String::from("a")), Anchored::new(String::from("a")), Rc::new(String::from("a")));
    macro_rules! each {
        ($($memo:ident: $call:expr;)+) => {$({
            // The fast way first, so that it is known to be there, then in a scope, then again.
            let before = $memo().stats();
            for _ in 0..3 {
                _ = $call;
            }
            let seen = scope(|| {
                for _ in 0..5 {
                    _ = $call;
                }
                calls($memo())
            });
            assert_eq!(three(seen), (5, 0, 0), stringify!($call));
            let lost = scope(|| calls($memo()));
            assert_eq!(lost, Calls::default(), stringify!($call));
            for _ in 0..2 {
                _ = $call;
            }
            let after = $memo().stats();
            assert_balanced(&after);
            assert_eq!((before.hits, after.hits, after.misses), (0, 9, 1), stringify!($call));
        })+};
    }
    each! {
        plain_memo: plain(&arc);
        cloned_memo: cloned(&arc);
        lent_memo: lent(&arc);
        plain_inside_memo: plain_inside(&inside);
        cloned_inside_memo: cloned_inside(&inside);
        lent_inside_memo: lent_inside(&inside);
        keyed_memo: keyed(&arc, 1);
        cloned_keyed_memo: cloned_keyed(&arc, "b");
        lent_keyed_memo: lent_keyed(&arc, "b");
        of_one_thread_memo: of_one_thread(&rc);
        of_one_thread_keyed_memo: of_one_thread_keyed(&rc, 1);
    }
}

#[test]
fn misses_bodies_and_what_is_not_stored_are_counted() {
    #[weak_memo]
    fn number(text: &Arc<String>) -> Result<u32, std::num::ParseIntError> {
        text.parse()
    }
    #[weak_memo]
    fn doubled(text: &Arc<String>) -> u32 {
        2 * number(text).unwrap_or_default()
    }
    let (seven, word) = (Arc::new(String::from("7")), Arc::new(String::from("seven")));
    scope(|| {
        assert_eq!((doubled(&seven), doubled(&seven), doubled(&word)), (14, 14, 0));
        assert_eq!(three(calls(doubled_memo())), (1, 2, 2));
        let number = calls(number_memo());
        assert_eq!((three(number), number.rejected), ((0, 2, 2), 1));
        assert_eq!(number.to_string(), "0 hits, 2 misses, 2 computes, 1 not stored");
        assert_eq!(number_memo().call(&seven), (Ok(7), Hit::Remembered));
        assert_eq!(calls(number_memo()).to_string(), "1 hit, 2 misses, 2 computes, 1 not stored");
        let all = Scope::current().all_calls();
        let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["testing::scopes::doubled", "testing::scopes::number"]);
        assert_eq!(all[0].1, calls(doubled_memo()));
        let shown = format!("{:?}", Scope::current());
        assert!(
            shown.starts_with("{\"testing::scopes::doubled\": Calls { hits: 1, misses: 2, computes: 2, "),
            "{shown}"
        );
    });
}

#[test]
fn threads_that_call_the_same_memo_do_not_disturb_each_other() {
    const THREADS: usize = 4;
    const CALLS: u64 = 1_000;

    #[weak_memo]
    fn length(text: &Arc<String>) -> usize {
        text.len()
    }
    watchdog(|| {
        let shared = Arc::new(String::from("shared"));
        length(&shared);
        let start = Barrier::new(THREADS);
        let (shared, start) = (&shared, &start);
        thread::scope(|threads| {
            for number in 0..THREADS as u64 {
                threads.spawn(move || {
                    let own = Arc::new(number.to_string());
                    // One of them counts for nobody but all.
                    let count = || {
                        start.wait();
                        for _ in 0..CALLS + number {
                            length(shared);
                            length(&own);
                        }
                        Scope::try_current().map(|scope| three(scope.calls(length_memo())))
                    };
                    let seen = if number == 0 { count() } else { scope(count) };
                    let expected = (number > 0).then_some((2 * (CALLS + number) - 1, 1, 1));
                    assert_eq!(seen, expected);
                });
            }
        });
        let stats = length_memo().stats();
        assert_balanced(&stats);
        let hits = (0..THREADS as u64).map(|number| 2 * (CALLS + number) - 1).sum::<u64>();
        assert_eq!((stats.hits, stats.misses), (hits, 1 + THREADS as u64));
    });
}

#[test]
fn a_thread_that_adopts_a_scope_counts_there_until_it_returns() {
    #[weak_memo]
    fn length(text: &Arc<String>) -> usize {
        text.len()
    }
    watchdog(|| {
        let text = Arc::new(String::from("a"));
        let kept = scope(|| {
            length(&text);
            let scope = Scope::current();
            thread::scope(|threads| {
                threads.spawn(|| length(&text));
                threads.spawn(|| {
                    assert!(Scope::try_current().is_none());
                    scope.adopt(|| (0..3).for_each(|_| _ = length(&text)));
                    assert!(Scope::try_current().is_none());
                    length(&text);
                });
                // In a scope of its own, too: neither counts what the other does.
                threads.spawn(|| {
                    testing::scope(|| {
                        length(&text);
                        scope.adopt(|| length(&text));
                        assert_eq!(three(calls(length_memo())), (1, 0, 0));
                    });
                });
            });
            scope
        });
        assert_eq!(three(kept.calls(length_memo())), (4, 1, 1));
        // After its end, too.
        thread::scope(|threads| threads.spawn(|| kept.adopt(|| length(&text))).join().unwrap());
        assert_eq!(three(kept.calls(length_memo())), (5, 1, 1));
        assert_eq!(length_memo().stats().hits, 8);
    });
}

#[test]
fn an_inner_scope_hides_nothing_from_an_outer_one() {
    #[weak_memo]
    fn length(text: &Arc<String>) -> usize {
        text.len()
    }
    let text = Arc::new(String::from("a"));
    scope(|| {
        length(&text);
        scope(|| {
            length(&text);
            assert_eq!(three(calls(length_memo())), (1, 0, 0));
        });
        length(&text);
        assert_eq!(three(calls(length_memo())), (2, 1, 1));
    });
}

#[test]
fn a_scope_ends_where_its_closure_panics() {
    #[weak_memo]
    fn fails(text: &Arc<String>) -> usize {
        assert!(!text.is_empty(), "empty");
        text.len()
    }
    let (text, empty) = (Arc::new(String::from("a")), Arc::new(String::new()));
    scope(|| {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            scope(|| {
                fails(&text);
                fails(&empty)
            })
        }));
        assert!(ended.is_err());
        fails(&text);
        let seen = calls(fails_memo());
        assert_eq!((three(seen), seen.rejected), ((1, 2, 2), 1));
    });
    assert!(Scope::try_current().is_none());
    assert_eq!(fails_memo().stats().computes, 2);
}

#[test]
fn outside_of_any_there_is_none_to_ask() {
    #[weak_memo]
    fn length(text: &Arc<String>) -> usize {
        text.len()
    }
    length(&Arc::new(String::new()));
    let said = panic_of(|| calls(length_memo()));
    assert!(said.starts_with("memo_core: this thread is in no `testing::scope`: "), "{said}");
}

#[test]
fn hits_of_a_thread_that_is_always_in_a_scope_sweep_too() {
    #[weak_memo]
    fn length(text: &Arc<[u8; 64]>) -> usize {
        text.len()
    }
    #[weak_memo]
    fn lent(text: &Arc<[u8; 64]>) -> &usize {
        text.len()
    }
    memo_tests::alone(|| {
        fn swept(call: fn(&Arc<[u8; 64]>) -> usize, entries: fn() -> u64) {
            scope(|| {
                let dead: Vec<_> = (0..10).map(|_| Arc::new([0; 64])).collect();
                dead.iter().for_each(|text| _ = call(text));
                let alive = Arc::new([0; 64]);
                drop(dead);
                // A bound as in GUARANTEES.md, with room.
                (0..100_000).for_each(|_| _ = call(&alive));
                assert_eq!(entries(), 1);
            });
        }
        swept(length, || length_memo().stats().entries);
        swept(|text| *lent(text), || lent_memo().stats().entries);
    });
}

#[test]
fn a_scope_may_begin_inside_a_body_a_clone_and_an_eq() {
    #[derive(PartialEq, Eq, Hash)]
    struct Key(u8);
    impl Clone for Key {
        fn clone(&self) -> Self {
            scope(|| assert_eq!(inner(&Arc::new(1)), 1));
            Self(self.0)
        }
    }
    struct Value(u8);
    impl Clone for Value {
        fn clone(&self) -> Self {
            scope(|| assert_eq!(inner(&Arc::new(1)), 1));
            Self(self.0)
        }
    }
    #[weak_memo]
    fn inner(n: &Arc<u8>) -> u8 {
        **n
    }
    #[weak_memo]
    fn keyed(n: &Arc<u8>, #[memo(value)] key: Key) -> Value {
        scope(|| Value(inner(n) + key.0))
    }
    #[weak_memo]
    fn plain(n: &Arc<u8>) -> Value {
        Value(**n)
    }
    let n = Arc::new(1);
    for _ in 0..3 {
        assert_eq!(keyed(&n, Key(1)).0, 2);
        assert_eq!(plain(&n).0, 1);
    }
    scope(|| {
        for _ in 0..3 {
            assert_eq!(keyed(&n, Key(1)).0, 2);
            assert_eq!(plain(&n).0, 1);
        }
        assert_eq!((three(calls(keyed_memo())), three(calls(plain_memo()))), ((3, 0, 0), (3, 0, 0)));
    });
    assert_balanced(&inner_memo().stats());
}
