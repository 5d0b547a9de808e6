//! Bodies that are suspended, on stacks of their own, and end in any order (laws 8, 9 and 10).

use std::cell::Cell;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;

use corosensei::{Coroutine, CoroutineResult, Yielder};
use memo_core::{Anchored, weak_memo};
use memo_tests::{Tally, Token, alone, assert_balanced, panic_of, watchdog};

/// A computation that may be suspended.
struct Task<R> {
    coroutine: Coroutine<(), (), R>,
    yielder: Rc<Cell<*const Yielder<(), ()>>>,
}

thread_local! {
    /// How the task that runs is suspended.
    static RUNNING: Cell<*const Yielder<(), ()>> = const { Cell::new(ptr::null()) };
}

/// Suspends the task that runs, if one does.
#[inline(never)]
fn pause() {
    // SAFETY: it lies on the stack of the task, which runs.
    if let Some(running) = unsafe { RUNNING.get().as_ref() } {
        running.suspend(());
    }
}

/// Takes back who runs.
struct Resumed(*const Yielder<(), ()>);

impl Drop for Resumed {
    fn drop(&mut self) {
        RUNNING.set(self.0);
    }
}

impl<R: 'static> Task<R> {
    /// Begins a task, and goes on until it is suspended for the first time.
    fn begin(body: impl FnOnce() -> R + 'static) -> Self {
        let mut task = Self::new(body);
        assert!(task.go_on().is_none(), "a task that is not suspended");
        task
    }

    fn new(body: impl FnOnce() -> R + 'static) -> Self {
        let yielder = Rc::new(Cell::new(ptr::null()));
        let there = Rc::clone(&yielder);
        let coroutine = Coroutine::new(move |yielder: &Yielder<(), ()>, ()| {
            there.set(yielder);
            RUNNING.set(yielder);
            drop(there);
            body()
        });
        Self { coroutine, yielder }
    }

    /// Goes on until it is suspended, or ends.
    fn go_on(&mut self) -> Option<R> {
        let _resumed = Resumed(RUNNING.replace(self.yielder.get()));
        match self.coroutine.resume(()) {
            CoroutineResult::Yield(()) => None,
            CoroutineResult::Return(value) => Some(value),
        }
    }

    fn end(mut self) -> R {
        loop {
            if let Some(value) = self.go_on() {
                return value;
            }
        }
    }
}

/// What this thread's misses owe is paid when no call of its is in progress: then dead objects go by themselves.
#[track_caller]
fn assert_dead_objects_go() {
    #[weak_memo]
    fn short_lived(n: &Arc<u64>) -> u64 {
        **n
    }
    let before = short_lived_memo().stats().dropped;
    for n in 0..2_000 {
        short_lived(&Arc::new(n));
    }
    assert!(
        short_lived_memo().stats().dropped > before,
        "nothing is swept: calls of this thread seem to be in progress"
    );
}

/// The orders in which three tasks can end.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// For each kind of memo: three bodies on three objects, all suspended, which end in every order; each asks for another first.
macro_rules! any_order {
    ($test:ident, [$($option:tt)*], $owner:ty, $make:expr, $result:ty, $value:expr) => {
        #[test]
        fn $test() {
            #[weak_memo($($option)*)]
            fn inner(n: &$owner) -> u32 {
                pause();
                **n + 1
            }
            #[weak_memo($($option)*)]
            fn outer(n: &$owner) -> $result {
                pause();
                let inner = inner(n);
                pause();
                $value(inner)
            }
            let _ = inner_memo();
            watchdog(|| {
                for (round, order) in ORDERS.into_iter().enumerate() {
                    let all: Vec<Rc<$owner>> = (0..3).map(|n| Rc::new($make(n + 10 * round as u32))).collect();
                    let mut tasks: Vec<_> = all
                        .iter()
                        .map(|n| {
                            let n = Rc::clone(n);
                            Some(Task::begin(move || outer(&n).clone()))
                        })
                        .collect();
                    // All are inside the inner one, which then ends in the order of their begin.
                    tasks.iter_mut().flatten().for_each(|task| assert!(task.go_on().is_none()));
                    tasks.iter_mut().flatten().for_each(|task| assert!(task.go_on().is_none()));
                    for n in order {
                        let value = tasks[n].take().map(Task::end);
                        assert_eq!(value, Some($value(**all[n] + 1)));
                        assert_eq!(outer(&all[n]).clone(), $value(**all[n] + 1));
                    }
                }
                assert_eq!(outer_memo().stats().computes, 18);
                assert_balanced(&outer_memo().stats());
                assert_dead_objects_go();
            });
        }
    };
}

any_order!(bodies_of_arcs_end_in_any_order, [], Arc<u32>, Arc::new, String, |n: u32| n.to_string());
any_order!(bodies_of_rcs_end_in_any_order, [], Rc<u32>, Rc::new, String, |n: u32| n.to_string());
any_order!(bodies_of_objects_end_in_any_order, [], Anchored<u32>, Anchored::new, u32, |n: u32| n);
any_order!(racing_bodies_end_in_any_order, [single_flight = false], Arc<u32>, Arc::new, u32, |n: u32| n);

#[test]
fn bodies_of_lending_memos_end_in_any_order() {
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &String {
        pause();
        n.to_string()
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(n: &Arc<u32>, m: u32) -> &String {
        pause();
        format!("{}{}", lent(n), m)
    }
    // Alone: nobody else sweeps.
    alone(|| {
        for order in ORDERS {
            let n = Arc::new(7);
            let mut tasks: Vec<_> = (0..3)
                .map(|m| {
                    let n = Arc::clone(&n);
                    Some(Task::begin(move || keyed(&n, m).clone()))
                })
                .collect();
            for m in order {
                assert_eq!(tasks[m].take().map(Task::end), Some(format!("7{m}")));
            }
            assert_eq!((keyed(&n, 0).as_str(), lent(&n).as_str()), ("70", "7"));
        }
        assert_balanced(&lent_memo().stats());
        assert_balanced(&keyed_memo().stats());
        assert_dead_objects_go();
    });
}

/// For each kind of memo: a computation asks for what a suspended one of its thread computes. It gets an answer, does not wait, and
/// nobody speaks of a ring.
macro_rules! same_key {
    ($test:ident, [$($option:tt)*], $owner:ty, $make:expr, $($borrowed:tt)*) => {
        #[test]
        fn $test() {
            #[weak_memo($($option)*)]
            fn f(n: &$owner, m: &str, #[memo(skip)] tag: u32, #[memo(skip)] tally: &Tally) -> $($borrowed)* Arc<(u32, Token)> {
                let _ = (n, m);
                pause();
                Arc::new((tag, tally.token()))
            }
            watchdog(|| {
                let tally = Tally::default();
                for first_ends_first in [false, true] {
                    let n = Rc::new($make(1));
                    let ask = |tag| {
                        let (n, tally) = (Rc::clone(&n), tally.clone());
                        move || Arc::clone(&f(&n, "key", tag, &tally))
                    };
                    let (mut first, mut second) = (Task::begin(ask(1)), Task::begin(ask(2)));
                    // And one that is not on such a stack, which does not end before those.
                    let third = ask(3)();
                    let both = if first_ends_first {
                        let first = first.go_on().expect("it ends");
                        (first, second.go_on().expect("it ends"))
                    } else {
                        let second = second.go_on().expect("it ends");
                        (first.go_on().expect("it ends"), second)
                    };
                    let now = ask(4)();
                    let answers = [both.0.0, both.1.0, third.0, now.0];
                    assert!([1, 2, 3].contains(&now.0), "it is not stored: {answers:?}");
                    if !stringify!($($borrowed)*).is_empty() {
                        assert_eq!(answers, [3; 4], "what is lent is the first that was there");
                    }
                }
                assert_balanced(&f_memo().stats());
                memo_core::sweep();
                assert_eq!(tally.alive(), 0);
                assert_dead_objects_go();
            });
        }
    };
}

same_key!(the_same_key_of_arcs_is_no_ring, [], Arc<u32>, Arc::new,);
same_key!(the_same_key_of_rcs_is_no_ring, [], Rc<u32>, Rc::new,);
same_key!(the_same_key_of_objects_is_no_ring, [], Anchored<u32>, Anchored::new,);
same_key!(the_same_key_without_single_flight_is_no_ring, [single_flight = false], Arc<u32>, Arc::new,);
same_key!(the_same_lent_key_of_arcs_is_no_ring, [capacity = unbounded], Arc<u32>, Arc::new, &);
same_key!(the_same_lent_key_of_objects_is_no_ring, [capacity = unbounded], Anchored<u32>, Anchored::new, &);
same_key!(the_same_lent_key_without_single_flight_is_no_ring, [capacity = unbounded, single_flight = false], Arc<u32>, Arc::new, &);

#[test]
fn the_same_result_without_extra_key_is_no_ring() {
    #[weak_memo]
    fn cloned(n: &Arc<u32>, #[memo(skip)] tag: u32) -> String {
        pause();
        format!("{n} {tag}")
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>, #[memo(skip)] tag: u32) -> &String {
        pause();
        format!("{n} {tag}")
    }
    watchdog(|| {
        let n = Arc::new(7);
        let begin = |tag, lends: bool| {
            let n = Arc::clone(&n);
            Task::begin(move || if lends { lent(&n, tag).clone() } else { cloned(&n, tag) })
        };
        let (first, second) = (begin(1, false), begin(2, false));
        assert_eq!((second.end(), first.end()), ("7 2".into(), "7 1".into()));
        // What is lent is the first that was there, for all.
        let (first, second) = (begin(1, true), begin(2, true));
        assert_eq!((second.end(), first.end()), ("7 2".into(), "7 2".into()));
        for stats in [cloned_memo().stats(), lent_memo().stats()] {
            assert_eq!(stats.computes, 2);
            assert_balanced(&stats);
        }
    });
}

#[test]
fn a_suspended_body_that_another_was_faster_than_may_panic() {
    #[weak_memo]
    fn lent(n: &Arc<u32>, #[memo(skip)] fails: bool) -> &u32 {
        pause();
        assert!(!fails, "{n}");
        **n
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(n: &Arc<u32>, m: &str, #[memo(skip)] fails: bool) -> &u32 {
        pause();
        assert!(!fails, "{n} {m}");
        **n
    }
    watchdog(|| {
        let n = Arc::new(7);
        let ask = |fails| {
            let n = Arc::clone(&n);
            move || lent(&n, fails) + keyed(&n, "key", fails)
        };
        let slow = Task::begin(ask(true));
        assert_eq!(ask(false)(), 14);
        assert_eq!(panic_of(|| slow.end()), "7");
        let slow = Task::begin({
            let n = Arc::clone(&n);
            move || *keyed(&n, "other", true)
        });
        assert_eq!(*keyed(&n, "other", false), 7);
        assert_eq!(panic_of(|| slow.end()), "7 other");
        assert_balanced(&lent_memo().stats());
        assert_balanced(&keyed_memo().stats());
    });
}

#[test]
fn a_ring_on_a_stack_of_its_own_is_told_with_its_own_chain() {
    #[weak_memo(name = "left")]
    fn left(n: &Arc<u32>) -> u32 {
        pause();
        *right(n)
    }
    #[weak_memo(name = "right")]
    fn right(n: &Arc<u32>) -> &u32 {
        pause();
        left(n)
    }
    #[weak_memo(name = "stranger")]
    fn stranger(n: &Arc<u32>) -> u32 {
        pause();
        **n
    }
    watchdog(|| {
        let (n, other) = (Arc::new(1), Arc::new(2));
        let ring = Task::begin({
            let n = Arc::clone(&n);
            move || left(&n)
        });
        // Its frame lies between those of the ring.
        let stranger = Task::begin(move || stranger(&other));
        let said = panic_of(|| ring.end());
        let places: Vec<_> = ["`left` at ", "`right` at ", "-> `left`"].map(|part| said.find(part)).into();
        assert!(places.iter().all(Option::is_some) && places.is_sorted() && !said.contains("stranger"), "{said}");
        assert_eq!(stranger.end(), 2);
        assert_balanced(&left_memo().stats());
    });
}

#[test]
fn a_body_that_goes_on_for_ever_on_new_stacks_ends_in_a_panic() {
    #[weak_memo(name = "again")]
    fn again(n: &Arc<u32>) -> u32 {
        let n = Arc::clone(n);
        Task::new(move || again(&n)).end()
    }
    watchdog(|| {
        let said = panic_of(|| again(&Arc::new(1)));
        assert!(said.contains("`again` at ") && said.contains("suspended computations of this thread"), "{said}");
        assert_balanced(&again_memo().stats());
    });
}

#[test]
fn a_suspended_body_that_is_dropped_leaves_no_trace() {
    #[weak_memo]
    fn cloned(n: &Arc<u32>, m: &str) -> usize {
        pause();
        **n as usize + m.len()
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &u32 {
        pause();
        **n
    }
    // Alone: nobody else sweeps.
    alone(|| {
        let n = Arc::new(7);
        let begin = |what: usize| {
            let n = Arc::clone(&n);
            Task::begin(move || match what {
                0 => cloned(&n, "key"),
                1 => *lent(&n) as usize,
                _ => cloned(&n, "other"),
            })
        };
        for order in ORDERS {
            let mut tasks = [0, 1, 2].map(|what| Some(begin(what)));
            for at in order {
                drop(tasks[at].take());
            }
        }
        // One that others are begun beside, and end before it.
        let dropped = begin(0);
        assert_eq!((begin(1).end(), begin(2).end()), (7, 12));
        drop(dropped);
        // Nobody computes what was dropped: the next one is the first.
        let stats = cloned_memo().stats();
        assert_eq!((cloned(&n, "key"), cloned_memo().stats().computes), (10, stats.computes + 1));
        assert_eq!(cloned_memo().len(), 2);
        assert_balanced(&cloned_memo().stats());
        assert_balanced(&lent_memo().stats());
        assert_dead_objects_go();
    });
}

#[test]
fn panics_in_suspended_bodies_disturb_no_other() {
    #[weak_memo]
    fn f(n: &Arc<u32>, fails: bool) -> u32 {
        pause();
        assert!(!fails, "body {n}");
        **n
    }
    watchdog(|| {
        for order in ORDERS {
            let mut tasks: Vec<_> = (0..3)
                .map(|n| {
                    let n = Arc::new(n);
                    Some(Task::begin(move || f(&n, *n == 1)))
                })
                .collect();
            for at in order {
                let task = tasks[at].take().unwrap();
                match at {
                    1 => assert_eq!(panic_of(|| task.end()), "body 1"),
                    at => assert_eq!(task.end(), at as u32),
                }
            }
        }
        assert_balanced(&f_memo().stats());
        assert_dead_objects_go();
    });
}

#[test]
fn a_suspended_flight_may_be_refreshed_cleared_and_forgotten() {
    #[weak_memo]
    fn f(n: &Arc<u32>, #[memo(skip)] tag: u32) -> u32 {
        pause();
        **n + tag
    }
    watchdog(|| {
        let n = Arc::new(7);
        let begin = |tag| {
            let n = Arc::clone(&n);
            Task::begin(move || f(&n, tag))
        };
        let old = begin(1);
        assert_eq!(f_memo().refresh((&n, 2)), 9);
        assert_eq!((old.end(), f(&n, 3)), (8, 9));
        f_memo().clear();
        for asked_to_go in [|_: &Arc<u32>| f_memo().clear() > 0, |n: &Arc<u32>| f_memo().forget((n, 0))] {
            let old = begin(1);
            assert!(!asked_to_go(&n), "there was a result");
            let new = begin(2);
            assert_eq!((old.end(), f_memo().len()), (8, 0));
            assert_eq!((new.end(), f(&n, 3)), (9, 9));
            f_memo().clear();
        }
        // So many, all asked to go, are none that ask for themselves.
        let all: Vec<_> = (0..100)
            .map(|tag| {
                let task = begin(tag);
                f_memo().clear();
                task
            })
            .collect();
        assert_eq!(begin(1).end(), 8);
        for (tag, task) in all.into_iter().enumerate() {
            assert_eq!(task.end(), 7 + tag as u32);
        }
        assert_balanced(&f_memo().stats());
    });
}

#[test]
fn another_thread_waits_for_a_suspended_body() {
    #[weak_memo]
    fn f(n: &Arc<u32>, #[memo(skip)] tag: u32) -> &u32 {
        pause();
        **n + tag
    }
    watchdog(|| {
        for overtaken in [false, true] {
            let n = Arc::new(7);
            let first = Task::begin({
                let n = Arc::clone(&n);
                move || *f(&n, 1)
            });
            thread::scope(|scope| {
                let waits = f_memo().stats().waits;
                let waiter = scope.spawn(|| *f(&n, 3));
                memo_tests::in_time(|| f_memo().stats().waits > waits);
                let answer = if overtaken { 9 } else { 8 };
                if overtaken {
                    assert_eq!(*f(&n, 2), answer);
                }
                assert_eq!((first.end(), waiter.join().unwrap()), (answer, answer));
            });
        }
        assert_balanced(&f_memo().stats());
    });
}

#[test]
fn a_destructor_may_be_suspended() {
    struct Slow(Token);
    impl Drop for Slow {
        fn drop(&mut self) {
            let _ = &self.0;
            pause();
        }
    }
    #[weak_memo]
    fn inside(n: &Anchored<Tally>) -> &Slow {
        Slow(n.token())
    }
    #[weak_memo]
    fn arc(n: &Arc<Tally>) -> Arc<Slow> {
        Arc::new(Slow(n.token()))
    }
    watchdog(|| {
        for dropped_first in [false, true] {
            let tally = Tally::default();
            let all: Vec<_> = (0..3)
                .map(|_| {
                    let n = Anchored::new(tally.clone());
                    let other = Arc::new(tally.clone());
                    let _ = (inside(&n), arc(&other));
                    (n, other)
                })
                .collect();
            let tasks: Vec<_> = all
                .into_iter()
                .map(|(n, other)| {
                    // Not all are suspended: what dies while a result is dropped goes when that has gone.
                    let mut task = Task::new(move || {
                        drop(n);
                        drop(other);
                        arc_memo().clear();
                    });
                    task.go_on().is_none().then_some(task)
                })
                .collect();
            // The last one begun ends first, and one is dropped where it is.
            let [Some(first), Some(second), None] = <[_; 3]>::try_from(tasks).ok().unwrap() else {
                panic!("who is suspended?")
            };
            if dropped_first {
                drop(second);
                first.end();
            } else {
                second.end();
                drop(first);
            }
            memo_core::sweep();
            assert_eq!(tally.alive(), 0);
            assert_dead_objects_go();
        }
    });
}

/// A task that goes on on other threads.
struct Sent<R>(Task<R>);

// SAFETY: all that the tasks below have on their stacks may be sent; what is theirs of this file is used by one thread at a time.
unsafe impl<R> Send for Sent<R> {}

#[test]
fn a_body_may_go_on_and_end_on_another_thread() {
    #[weak_memo]
    fn cloned(n: &Arc<u32>, m: &str) -> String {
        pause();
        format!("{n}{m}")
    }
    #[weak_memo]
    fn lent(n: &Arc<u32>) -> &String {
        pause();
        n.to_string()
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(n: &Arc<u32>, m: &str) -> &String {
        pause();
        format!("{}{m}", inner(n))
    }
    #[weak_memo]
    fn inner(n: &Arc<u32>) -> &String {
        pause();
        n.to_string()
    }
    let _ = inner_memo();
    // Alone: nobody else sweeps.
    alone(|| {
        for round in 0..20 {
            let n = Arc::new(round);
            let begin = |what: usize| {
                let n = Arc::clone(&n);
                Task::begin(move || match what {
                    0 => cloned(&n, "a"),
                    1 => keyed(&n, "b").clone(),
                    2 => lent(&n).clone(),
                    other => cloned(&n, &other.to_string()),
                })
            };
            let (send, receive) = channel::<Sent<String>>();
            let there = thread::spawn(move || {
                let mut ended = Vec::new();
                for (at, Sent(task)) in receive.into_iter().enumerate() {
                    // Some are dropped there.
                    if at % 4 == 3 { drop(task) } else { ended.push(task.end()) }
                }
                assert_dead_objects_go();
                ended
            });
            let stays = begin(0);
            for what in [0, 1, 2, 3] {
                let goes = Sent(begin(what));
                // Others begin and end meanwhile.
                let beside = begin(10 + what);
                send.send(goes).unwrap();
                assert_eq!(beside.end(), format!("{round}{}", 10 + what));
            }
            drop(send);
            assert_eq!(stays.end(), format!("{round}a"));
            assert_eq!(there.join().unwrap(), [format!("{round}a"), format!("{round}b"), format!("{round}")]);
            // All of them count as ended here, too.
            assert_dead_objects_go();
        }
        for stats in [cloned_memo().stats(), lent_memo().stats(), keyed_memo().stats()] {
            assert_balanced(&stats);
        }
    });
}

#[test]
fn a_body_may_outlive_the_thread_that_it_began_on() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> u32 {
        pause();
        **n
    }
    watchdog(|| {
        let begin = |n| Sent(Task::begin(move || f(&Arc::new(n))));
        let left: Vec<_> = (0..4).map(|n| thread::spawn(move || [begin(n), begin(n + 10)]).join().unwrap()).collect();
        for (n, [first, second]) in left.into_iter().enumerate() {
            assert_eq!(first.0.end(), n as u32);
            drop(second);
        }
        assert_balanced(&f_memo().stats());
        assert_dead_objects_go();
    });
}

#[test]
fn a_thread_may_end_with_suspended_bodies_that_never_go_on() {
    #[weak_memo]
    fn f(n: &Arc<u32>) -> u32 {
        pause();
        **n
    }
    watchdog(|| {
        thread::spawn(|| {
            std::mem::forget(Task::begin(|| f(&Arc::new(1))));
            assert_eq!(Task::begin(|| f(&Arc::new(2))).end(), 2);
        })
        .join()
        .unwrap();
        assert_eq!(f(&Arc::new(1)), 1);
    });
}

/// `&mut` access proves that nobody goes on with it: who calls from another thread then does not wait for it.
#[test]
fn a_leaked_body_of_a_lending_memo_ends_with_exclusive_access() {
    #[weak_memo]
    fn f(n: &Anchored<u32>) -> &u32 {
        pause();
        **n
    }
    let changes: [fn(&mut Anchored<u32>); 3] = [
        |n| assert_eq!(f_memo().take(n), None),
        |n| assert_eq!(f_memo().clear_owner(n), 0),
        |n| assert_eq!(f_memo().replace(n, 1), None),
    ];
    watchdog(move || {
        for change in changes {
            let mut n = Box::new(Anchored::new(1));
            let of = &raw const *n;
            // SAFETY: the body, which borrows it, never goes on.
            std::mem::forget(Task::begin(move || *f(unsafe { &*of })));
            change(&mut n);
            thread::scope(|scope| assert_eq!(scope.spawn(|| *f(&n)).join().unwrap(), 1));
        }
    });
}
