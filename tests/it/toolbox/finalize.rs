//! Finalizers run once, when the object goes.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use memo_core::weak::{Finalizer, Reason, finalize};
use memo_core::{Anchor, Anchored, HasAnchor, report, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, in_time, live_bytes, panic_of, watchdog};

/// What ran, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(u32, Reason)>>>);

impl Log {
    fn note(&self, name: u32) -> impl FnOnce(Reason) + Send + 'static {
        let log = self.clone();
        move |why| log.0.lock().unwrap().push((name, why))
    }

    fn take(&self) -> Vec<(u32, Reason)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

use Reason::{Called, Gone, ThreadEnded};

#[test]
fn in_an_objects_own_drop_on_that_thread() {
    struct Object {
        log: Log,
        _anchored: Anchored<u32>,
    }
    impl Drop for Object {
        fn drop(&mut self) {
            assert_eq!(self.log.take(), [], "not before the anchor goes");
        }
    }
    let log = Log::default();
    let object = Object { log: log.clone(), _anchored: Anchored::new(1) };
    let ran_on = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&ran_on);
    finalize(&object._anchored, move |_| *noted.lock().unwrap() = Some(thread::current().id()));
    finalize(&object._anchored, log.note(1));
    let other = thread::spawn(move || {
        drop(object);
        thread::current().id()
    });
    let other = other.join().unwrap();
    assert_eq!(log.take(), [(1, Gone)]);
    assert_eq!(*ran_on.lock().unwrap(), Some(other));
}

#[test]
fn the_sweep_that_finds_an_arc_dead_runs_them() {
    alone(|| {
        let (log, object) = (Log::default(), Arc::new(1));
        finalize(&object, log.note(1));
        assert_eq!(Arc::strong_count(&object), 1, "nothing is kept alive");
        sweep();
        drop(object);
        assert_eq!(log.take(), [], "an `Arc` dies without notice");
        sweep();
        assert_eq!(log.take(), [(1, Gone)]);
        sweep();
        assert_eq!(log.take(), []);
    });
}

#[test]
fn the_sweep_of_its_thread_that_finds_an_rc_dead_runs_them() {
    let (log, object) = (Rc::new(RefCell::new(Vec::new())), Rc::new(1));
    let noted = Rc::clone(&log);
    finalize(&object, move |why| noted.borrow_mut().push(why));
    assert_eq!(Rc::strong_count(&object), 1);
    drop(object);
    sweep();
    assert_eq!(*log.borrow(), [Gone]);
}

#[test]
fn calls_of_any_memo_find_the_dead_in_passing() {
    #[weak_memo]
    fn other(owner: &Anchored<u32>) -> u32 {
        **owner
    }
    alone(|| {
        let log = Log::default();
        for name in 0..100 {
            finalize(&Arc::new(name), log.note(name));
        }
        for number in 0..2_000 {
            other(&Anchored::new(number));
        }
        assert_eq!(log.take().len(), 100);
    });
}

#[test]
fn finalizing_itself_finds_the_dead_in_passing() {
    alone(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        for _ in 0..10_000 {
            let ran = Arc::clone(&ran);
            finalize(&Arc::new(1), move |_| {
                ran.fetch_add(1, SeqCst);
            });
        }
        assert!(ran.load(SeqCst) > 9_000, "{ran:?} of 10,000");
    });
}

#[test]
fn the_newest_runs_first() {
    let (log, object) = (Log::default(), Anchored::new(1));
    for name in 0..50 {
        finalize(&object, log.note(name));
    }
    drop(object);
    let newest_first: Vec<_> = (0..50).rev().map(|name| (name, Gone)).collect();
    assert_eq!(log.take(), newest_first);
}

#[test]
fn dropping_the_handle_changes_nothing() {
    let (log, object) = (Log::default(), Anchored::new(1));
    drop(finalize(&object, log.note(1)));
    assert_eq!(log.take(), []);
    drop(object);
    assert_eq!(log.take(), [(1, Gone)]);
}

#[test]
fn what_was_detached_does_not_run_and_is_dropped_at_once() {
    let (log, tally, object) = (Log::default(), Tally::new(), Anchored::new(1));
    let token = tally.token();
    let finalizer = finalize(&object, move |_| drop(token));
    finalize(&object, log.note(2));
    assert!(finalizer.is_alive());
    assert_eq!(tally.alive(), 1);
    assert!(finalizer.detach());
    assert_eq!(tally.alive(), 0);
    assert!(!finalizer.is_alive() && !finalizer.detach() && !finalizer.run());
    drop(object);
    assert_eq!(log.take(), [(2, Gone)], "the other one runs");
}

#[test]
fn what_was_run_does_not_run_again() {
    let (log, object) = (Log::default(), Anchored::new(1));
    let finalizer = finalize(&object, log.note(1));
    assert!(finalizer.run());
    assert_eq!(log.take(), [(1, Called)]);
    assert!(!finalizer.is_alive() && !finalizer.run() && !finalizer.detach());
    drop(object);
    assert_eq!(log.take(), []);
}

#[test]
fn a_dead_arc_that_was_not_swept_still_has_them() {
    alone(|| {
        let (log, object) = (Log::default(), Arc::new(1));
        let finalizers = [1, 2, 3].map(|name| finalize(&object, log.note(name)));
        drop(object);
        assert!(finalizers[0].is_alive() && finalizers[0].detach());
        assert!(finalizers[2].run());
        sweep();
        assert_eq!(log.take(), [(3, Called), (2, Gone)]);
    });
}

#[test]
fn access_to_the_object_ends_results_and_no_finalizer() {
    #[weak_memo]
    fn double(n: &Anchored<u32>) -> u32 {
        **n * 2
    }
    #[weak_memo]
    fn sum(n: &Anchored<u32>, other: &Anchored<u32>) -> u32 {
        **n + **other
    }
    let (log, mut object, other) = (Log::default(), Anchored::new(1), Anchored::new(1));
    let finalizers = [1, 2].map(|name| finalize(&object, log.note(name)));
    assert!(object.anchor().is_empty(), "a finalizer is no result");
    for round in 2..5 {
        assert_eq!(
            (double(&object), sum(&other, &object), sum(&object, &other)),
            (*object * 2, *object + 1, *object + 1)
        );
        assert!(!object.anchor().is_empty());
        *object = round;
        assert!(object.anchor().is_empty());
        assert!(double_memo().get(&object).is_none() && sum_memo().get((&other, &object)).is_none());
        object.clear();
        assert_eq!(log.take(), []);
        assert!(finalizers.iter().all(Finalizer::is_alive));
    }
    finalize(&object, log.note(3));
    double(&object);
    drop(object);
    assert_eq!(log.take(), [(3, Gone), (2, Gone), (1, Gone)]);
}

#[test]
fn they_are_the_anchors_and_go_where_it_goes() {
    #[derive(Default, HasAnchor)]
    struct Doc {
        text: String,
        anchor: Anchor,
    }
    let (log, old) = (Log::default(), Doc::default());
    finalize(&old, log.note(1));
    let new = Doc { text: "new".into(), ..old };
    assert_eq!(log.take(), []);
    assert_eq!(new.text, "new");
    drop(new);
    assert_eq!(log.take(), [(1, Gone)]);

    let mut object = Anchored::new(1);
    finalize(&object, log.note(2));
    object = Anchored::new(2);
    assert_eq!(log.take(), [(2, Gone)], "overwritten");
    finalize(&object, log.note(3));
    assert_eq!(object.into_inner(), 2);
    assert_eq!(log.take(), [(3, Gone)], "taken off");
    let clone = Anchored::new(3);
    finalize(&clone, log.note(4));
    drop(clone.clone());
    assert_eq!(log.take(), [], "a clone is another object");
}

#[test]
fn objects_of_any_size_have_them() {
    let log = Log::default();
    let (text, any, slice): (Arc<str>, Arc<dyn Send + Sync>, Rc<[u8]>) = ("text".into(), Arc::new(1), Rc::new([1, 2]));
    finalize(&text, log.note(1));
    finalize(&any, log.note(2));
    finalize(&slice, log.note(3));
    let boxed: Box<Anchored<[u8]>> = Box::new(Anchored::new([1, 2, 3]));
    finalize(&*boxed, log.note(4));
    let node: Box<dyn HasAnchor> = Box::new(Anchored::new(1));
    finalize(&*node, log.note(5));
    drop((text, any, slice, boxed, node));
    in_time(|| {
        sweep();
        log.0.lock().unwrap().len() == 5
    });
    let mut ran = log.take();
    ran.sort_unstable_by_key(|(name, _)| *name);
    assert_eq!(ran, [(1, Gone), (2, Gone), (3, Gone), (4, Gone), (5, Gone)]);
}

/// A closure that says so when it is dropped, also unrun.
struct Loud(Token, &'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        let _ = &self.0;
        panic!("{}", self.1);
    }
}

#[test]
fn a_panic_comes_out_of_the_drop_when_all_have_run() {
    alone(|| {
        let (log, object) = (Log::default(), Anchored::new(1));
        finalize(&object, log.note(1));
        finalize(&object, |_| panic!("the second"));
        finalize(&object, log.note(2));
        finalize(&object, |_| panic!("the first"));
        assert_eq!(panic_of(|| drop(object)), "the first");
        assert_eq!(log.take(), [(2, Gone), (1, Gone)]);
        assert_eq!(report().swallowed_panics, 1, "the second is counted");

        let objects = [Arc::new(1), Arc::new(2)];
        for object in &objects {
            finalize(object, log.note(1));
            finalize(object, |_| panic!("of an `Arc`"));
            finalize(object, log.note(2));
        }
        drop(objects);
        assert_eq!(panic_of(sweep), "of an `Arc`");
        assert_eq!(log.take(), [(2, Gone), (1, Gone), (2, Gone), (1, Gone)]);
    });
}

#[test]
fn while_unwinding_a_panic_is_swallowed_and_counted() {
    alone(|| {
        let (log, object) = (Log::default(), Anchored::new(1));
        finalize(&object, log.note(1));
        finalize(&object, |_| panic!("in the drop"));
        let unwound = panic_of(move || {
            let _object = object;
            panic!("the body's");
        });
        assert_eq!(unwound, "the body's");
        assert_eq!((log.take(), report().swallowed_panics), (vec![(1, Gone)], 1));
    });
}

#[test]
fn a_panic_in_a_sweep_in_passing_is_swallowed_and_counted() {
    alone(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        for _ in 0..100 {
            let ran = Arc::clone(&ran);
            finalize(&Arc::new(1), move |_| {
                ran.fetch_add(1, SeqCst);
                panic!("in passing");
            });
        }
        for _ in 0..4_000 {
            finalize(&Arc::new(1), |_| ());
        }
        assert_eq!((ran.load(SeqCst), report().swallowed_panics), (100, 100));
    });
}

#[test]
fn a_panic_of_a_run_or_a_detach_is_the_callers() {
    let (tally, object) = (Tally::new(), Anchored::new(1));
    let run = finalize(&object, |_| panic!("run"));
    assert_eq!(panic_of(|| run.run()), "run");
    let loud = Loud(tally.token(), "detached");
    let detached = finalize(&object, move |_| drop(loud));
    assert_eq!(panic_of(|| detached.detach()), "detached");
    assert!(!run.is_alive() && !detached.is_alive());
    assert_eq!(tally.alive(), 0);
    drop(object);
}

#[test]
fn a_panic_of_the_anchor_drops_the_closure_quietly() {
    struct Liar;
    impl HasAnchor for Liar {
        fn anchor(&self) -> &Anchor {
            panic!("no anchor")
        }
    }
    let tally = Tally::new();
    let loud = Loud(tally.token(), "never seen");
    assert_eq!(panic_of(|| finalize(&Liar, move |_| drop(loud))), "no anchor");
    assert_eq!(tally.alive(), 0);
}

#[test]
fn they_may_do_anything() {
    #[weak_memo]
    fn double(n: &Arc<u32>) -> u32 {
        **n * 2
    }
    alone(|| {
        let (log, object, other, dead) = (Log::default(), Anchored::new(1), Arc::new(2), Arc::new(3));
        let inner = Anchored::new(4);
        finalize(&dead, log.note(30));
        finalize(&inner, log.note(40));
        let sibling = finalize(&object, log.note(10));
        let kept = finalize(&object, log.note(11));
        let (noted, others) = (log.clone(), Arc::clone(&other));
        finalize(&object, move |why| {
            assert_eq!((double(&others), double(&others)), (4, 4), "calls memos");
            finalize(&others, noted.note(20));
            assert!(sibling.detach(), "takes others of the object back");
            drop(dead);
            sweep();
            drop(inner);
            noted.note(1)(why);
        });
        drop(object);
        // What dies in a finalizer goes when it is done, as results do.
        let mut ran = log.take();
        assert_eq!(ran.remove(0), (1, Gone));
        ran.sort_unstable_by_key(|(name, _)| *name);
        assert_eq!(ran, [(11, Gone), (30, Gone), (40, Gone)]);
        assert!(!kept.is_alive());
        drop(other);
        sweep();
        assert_eq!(log.take(), [(20, Gone)]);
    });
}

#[test]
fn a_closure_is_dropped_with_no_lock_held() {
    /// Looks at its own finalizer's neighbours as it goes.
    struct Curious(Arc<Anchored<u32>>, Arc<Mutex<Vec<Finalizer>>>);
    impl Drop for Curious {
        fn drop(&mut self) {
            for other in &*self.1.lock().unwrap() {
                let _ = (other.is_alive(), other.detach());
            }
            finalize(&*self.0, |_| ()).detach();
        }
    }
    watchdog(|| {
        let (object, others) = (Arc::new(Anchored::new(1)), Arc::new(Mutex::new(Vec::new())));
        others.lock().unwrap().push(finalize(&*object, |_| ()));
        let curious = Curious(Arc::clone(&object), Arc::clone(&others));
        assert!(finalize(&*object, move |_| drop(curious)).detach());
        assert!(!others.lock().unwrap()[0].is_alive());
    });
}

#[test]
fn a_long_chain_of_objects_goes_on_a_small_stack() {
    let small = thread::Builder::new().stack_size(256 << 10).spawn(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let mut next = Box::new(Anchored::new(0));
        for number in 1..100_000 {
            let (object, ran) = (Box::new(Anchored::new(number)), Arc::clone(&ran));
            finalize(&*object, move |_| {
                ran.fetch_add(1, SeqCst);
                drop(next);
            });
            next = object;
        }
        drop(next);
        assert_eq!(ran.load(SeqCst), 99_999, "before the outermost drop returns");
    });
    small.unwrap().join().unwrap();
}

#[test]
fn what_was_taken_back_leaves_nothing() {
    alone(|| {
        let (object, rc) = (Arc::new(1), Rc::new(1));
        finalize(&object, |_| ()).detach();
        finalize(&rc, |_| ()).detach();
        let before = live_bytes();
        for _ in 0..1_000 {
            assert!(finalize(&object, |_| ()).detach());
            assert!(finalize(&rc, |_| ()).run());
            let many: Vec<_> = (0..20).map(|_| finalize(&object, |_| ())).collect();
            assert!(many.iter().rev().all(Finalizer::detach));
        }
        assert_eq!(live_bytes(), before);

        let object = Anchored::new(1);
        let before = live_bytes();
        finalize(&object, |_| ()).detach();
        let list = live_bytes() - before;
        assert!(list < 160, "an empty list of {list} bytes");
    });
}

#[test]
fn a_handle_pins_no_object() {
    alone(|| {
        let large = || vec![0_u8; 1 << 20];
        let (arc, rc): (Arc<[u8]>, Rc<[u8]>) = (large().into(), large().into());
        let before = live_bytes();
        let handles = (finalize(&arc, |_| ()), finalize(&rc, |_| ()));
        drop((arc, rc));
        sweep();
        assert!(live_bytes() < before - (2 << 20) + 10_000, "{} of {before}", live_bytes());
        assert!(!handles.0.is_alive() && !handles.1.is_alive());
    });
}

thread_local! {
    /// Goes after the table of its thread.
    static LATER: RefCell<Option<Rc<u32>>> = const { RefCell::new(None) };
}

#[test]
fn the_end_of_its_thread_runs_those_of_a_living_rc() {
    #[weak_memo]
    fn lent(owner: &Rc<u32>) -> &String {
        owner.to_string()
    }
    #[weak_memo]
    fn cloned(owner: &Rc<u32>) -> String {
        owner.to_string()
    }
    for (name, with_results) in [(1, false), (2, true)] {
        let log = Log::default();
        let noted = log.clone();
        thread::spawn(move || {
            LATER.with(|_| ());
            let (leaked, dead, later) = (Rc::new(1), Rc::new(2), Rc::new(3));
            if with_results {
                for owner in [&leaked, &dead, &later] {
                    lent(owner);
                    cloned(owner);
                }
            }
            finalize(&leaked, noted.note(10 + name));
            finalize(&dead, noted.note(20 + name));
            finalize(&later, noted.note(30 + name));
            std::mem::forget(leaked);
            LATER.set(Some(later));
        })
        .join()
        .unwrap();
        let mut ran = log.take();
        ran.sort_unstable_by_key(|(name, _)| *name);
        // A destructor that was registered before the table's comes after it, or before.
        assert!(matches!(ran[2].1, ThreadEnded | Gone), "{ran:?}");
        ran[2].1 = ThreadEnded;
        assert_eq!(ran, [(10 + name, ThreadEnded), (20 + name, Gone), (30 + name, ThreadEnded)]);
    }
}

#[test]
fn a_finalizer_that_adds_itself_at_its_threads_end_is_followed_for_a_while() {
    fn again(object: Rc<u32>, ran: Arc<AtomicUsize>) {
        let key = Rc::clone(&object);
        finalize(&key, move |why| {
            assert_eq!(why, ThreadEnded);
            ran.fetch_add(1, SeqCst);
            again(object, ran);
        });
    }
    let ran = Arc::new(AtomicUsize::new(0));
    let running = Arc::clone(&ran);
    watchdog(move || thread::spawn(move || again(Rc::new(1), running)).join().unwrap());
    assert!((1..=16).contains(&ran.load(SeqCst)), "{ran:?}");
}

#[test]
fn a_finalizer_of_a_thread_that_has_ended_runs_with_the_call() {
    /// Goes after everything of the thread's.
    struct Last(Log);
    impl Drop for Last {
        fn drop(&mut self) {
            let object = Rc::new(1);
            let finalizer = finalize(&object, self.0.note(1));
            drop(object);
            let _ = finalizer.is_alive();
        }
    }
    thread_local! {
        static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
    }
    let log = Log::default();
    let noted = log.clone();
    thread::spawn(move || {
        LAST.set(Some(Last(noted)));
        finalize(&Rc::new(1), |_| ());
    })
    .join()
    .unwrap();
    assert_eq!(log.take().len(), 1, "in a destructor after the table's end, too");
}

#[test]
fn each_runs_once_whoever_comes_first() {
    watchdog(|| {
        for round in 0..200 {
            let ran = Arc::new(AtomicUsize::new(0));
            let object = Box::new(Anchored::new(round));
            let finalizers: Vec<_> = (0..8)
                .map(|_| {
                    let ran = Arc::clone(&ran);
                    finalize(&*object, move |_| {
                        ran.fetch_add(1, SeqCst);
                    })
                })
                .collect();
            let (start, detached) = (Barrier::new(3), AtomicUsize::new(0));
            thread::scope(|scope| {
                scope.spawn(|| {
                    start.wait();
                    detached.fetch_add(finalizers.iter().filter(|one| one.detach()).count(), SeqCst);
                });
                scope.spawn(|| {
                    start.wait();
                    finalizers.iter().rev().for_each(|one| _ = one.run());
                });
                start.wait();
                drop(object);
            });
            assert_eq!(ran.load(SeqCst) + detached.load(SeqCst), 8);
            assert!(!finalizers.iter().any(Finalizer::is_alive));
        }
    });
}

#[test]
fn many_threads_add_to_one_object() {
    watchdog(|| {
        let (ran, object, start) = (Arc::new(AtomicUsize::new(0)), Arc::new(1), Barrier::new(4));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..500 {
                        let ran = Arc::clone(&ran);
                        finalize(&object, move |_| {
                            ran.fetch_add(1, SeqCst);
                        });
                    }
                });
            }
        });
        drop(object);
        in_time(|| {
            sweep();
            ran.load(SeqCst) == 2_000
        });
    });
}

/// A finalizer that was held up by a panic of a result of the same object, and the other way round.
#[test]
fn results_and_finalizers_go_whichever_panics() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("a result");
        }
    }
    #[weak_memo]
    fn bad(owner: &Anchored<u32>) -> Arc<Bad> {
        let _ = owner;
        Arc::new(Bad)
    }
    for finalized_first in [true, false] {
        let (log, object) = (Log::default(), Anchored::new(1));
        if finalized_first {
            finalize(&object, log.note(1));
        }
        drop(bad(&object));
        if !finalized_first {
            finalize(&object, log.note(1));
        }
        assert!(catch_unwind(AssertUnwindSafe(|| drop(object))).is_err());
        assert_eq!(log.take(), [(1, Gone)]);
        assert!(bad_memo().is_empty());
    }
}

#[test]
fn a_key_and_a_finalizer_are_of_the_same_object() {
    #[weak_memo]
    fn pair(owner: &Arc<u32>, other: &Anchored<u32>) -> u32 {
        **owner + **other
    }
    let (log, owner, other) = (Log::default(), Arc::new(1), Anchored::new(2));
    finalize(&other, log.note(1));
    pair(&owner, &other);
    drop(other);
    assert_eq!((log.take(), pair_memo().len()), (vec![(1, Gone)], 0));
}
