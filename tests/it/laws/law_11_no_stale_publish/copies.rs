//! Law 11 where a call is copying the very value that is taken away: it is dropped when that is done, once, and by then.
//!
//! The first hit of a thread counts its entry; so each test hits once before the copy that it is about.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;

use memo_core::{Anchored, clear_all, weak_memo};
use memo_tests::{Tally, Token, alone, watchdog};

thread_local! {
    /// What the next clone on this thread does.
    static IN_CLONE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

fn in_next_clone(act: impl FnOnce() + 'static) {
    IN_CLONE.set(Some(Box::new(act)));
}

/// A result. What is tallied is the stored one, not its clones.
struct Value {
    number: u32,
    stored: Option<Token>,
}

impl Value {
    fn new(number: u32, tally: &Tally) -> Self {
        Self { number, stored: Some(tally.token()) }
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        // Late on a thread there is no such thing any more.
        if let Ok(Some(act)) = IN_CLONE.try_with(RefCell::take) {
            act();
            assert!(self.stored.is_some(), "it is there until it is copied");
        }
        Self { number: self.number, stored: None }
    }
}

/// Where the thread that copies and the one that takes away meet.
#[derive(Clone)]
struct Gate(Arc<[Barrier; 2]>);

impl Gate {
    fn new() -> Self {
        Self(Arc::new([Barrier::new(2), Barrier::new(2)]))
    }

    /// In the clone.
    fn pass(&self) {
        self.0[0].wait();
        self.0[1].wait();
    }

    fn entered(&self) {
        self.0[0].wait();
    }

    fn open(&self) {
        self.0[1].wait();
    }
}

/// Two threads copy one value while it is taken away.
macro_rules! taken_during_copies {
    ($test:ident, $owner:ty, $make:expr, |$memo:ident, $object:ident, $tally:ident| $take:expr) => {
        #[test]
        fn $test() {
            #[weak_memo]
            fn f(owner: &$owner, #[memo(skip)] tally: &Tally) -> Value {
                let _ = owner;
                Value::new(7, tally)
            }
            watchdog(|| {
                let ($object, $tally) = ($make, &Tally::new());
                f(&$object, $tally);
                let gates = [Gate::new(), Gate::new()];
                thread::scope(|scope| {
                    let [first, second] = [0, 1].map(|at| {
                        let (gate, object) = (gates[at].clone(), &$object);
                        scope.spawn(move || {
                            assert_eq!(f(object, $tally).number, 7);
                            in_next_clone(move || gate.pass());
                            assert_eq!(f(object, $tally).number, 7);
                            $tally.dropped()
                        })
                    });
                    gates.iter().for_each(Gate::entered);
                    let $memo = f_memo();
                    $take;
                    assert_eq!($tally.dropped(), 0, "two copies are in progress");
                    gates[0].open();
                    assert_eq!(first.join().unwrap(), 0, "one copy is in progress");
                    gates[1].open();
                    assert_eq!(second.join().unwrap(), 1, "gone when the second copy is done");
                });
                memo_tests::assert_balanced(&f_memo().stats());
            });
        }
    };
}

macro_rules! taken_by_everything {
    ($name:ident, $owner:ty, $make:expr) => {
        mod $name {
            use super::*;

            taken_during_copies!(clear, $owner, $make, |memo, o, _t| assert_eq!(memo.clear(), 1));
            taken_during_copies!(forget, $owner, $make, |memo, o, t| assert!(memo.forget((&o, t))));
            taken_during_copies!(refresh, $owner, $make, |memo, o, t| assert_eq!(memo.refresh((&o, t)).number, 7));
            taken_during_copies!(insert, $owner, $make, |memo, o, t| memo.insert((&o, t), Value::new(8, t)));
        }
    };
}

taken_by_everything!(of_arcs, Arc<u32>, Arc::new(0));
taken_by_everything!(of_objects, Anchored<u32>, Anchored::new(0));

#[test]
fn clear_all_leaves_every_copy_in_progress_its_value() {
    #[weak_memo]
    fn f(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Value {
        Value::new(**owner, tally)
    }
    alone(|| {
        let tally = &Tally::new();
        let objects: Vec<_> = (0..4).map(Arc::new).collect();
        let idle: Vec<_> = (0..100).map(Arc::new).collect();
        idle.iter().chain(&objects).for_each(|object| drop(f(object, tally)));
        let gates: Vec<_> = objects.iter().map(|_| Gate::new()).collect();
        thread::scope(|scope| {
            for (object, gate) in objects.iter().zip(&gates) {
                scope.spawn(move || {
                    f(object, tally);
                    let inside = gate.clone();
                    in_next_clone(move || inside.pass());
                    assert_eq!(f(object, tally).number, **object);
                    // The other threads' values stay theirs; this one is gone by now.
                    gate.entered();
                });
            }
            gates.iter().for_each(Gate::entered);
            clear_all();
            assert_eq!(tally.dropped(), 100, "what nobody copies");
            for (done, gate) in gates.iter().enumerate() {
                gate.open();
                gate.entered();
                assert_eq!(tally.dropped(), 101 + done);
            }
        });
        assert_eq!((tally.alive(), f_memo().len()), (0, 0));
    });
}

/// A value is asked to go from inside its own clone.
macro_rules! forgotten_in_its_own_clone {
    ($test:ident, [$($option:tt)*], $owner:ty, $make:expr) => {
        #[test]
        fn $test() {
            #[weak_memo($($option)*)]
            fn f(owner: &$owner, #[memo(skip)] tally: &Tally) -> Value {
                let _ = owner;
                Value::new(7, tally)
            }
            // Alone, and with another thread whose hits are to be looked at.
            for crowded in [false, true] {
                watchdog(|| {
                    let done = Gate::new();
                    thread::scope(|scope| {
                        if crowded {
                            scope.spawn(|| {
                                f(&$make, &Tally::new());
                                done.pass();
                            });
                            done.entered();
                        }
                        let (object, tally) = (Rc::new($make), Tally::new());
                        f(&object, &tally);
                        f(&object, &tally);
                        let (inside, theirs) = (Rc::clone(&object), tally.clone());
                        in_next_clone(move || {
                            assert!(f_memo().forget((&inside, &theirs)));
                            assert_eq!(theirs.dropped(), 0, "it is being copied");
                            assert_eq!(f(&inside, &theirs).number, 7, "computed anew");
                            assert_eq!(f(&inside, &theirs).number, 7, "and hit");
                        });
                        assert_eq!(f(&object, &tally).number, 7);
                        assert_eq!((tally.made(), tally.dropped()), (2, 1));
                        assert!(f_memo().forget((&object, &tally)));
                        assert_eq!(tally.alive(), 0);
                        if crowded {
                            done.open();
                        }
                    });
                });
            }
        }
    };
}

forgotten_in_its_own_clone!(an_arcs_value_may_be_forgotten_in_its_clone, [], Arc<u32>, Arc::new(0));
forgotten_in_its_own_clone!(an_objects_value_may_be_forgotten_in_its_clone, [], Anchored<u32>, Anchored::new(0));
forgotten_in_its_own_clone!(an_rcs_value_may_be_forgotten_in_its_clone, [], Rc<u32>, Rc::new(0));
forgotten_in_its_own_clone!(a_local_value_may_be_forgotten_in_its_clone, [local], Arc<u32>, Arc::new(0));

#[test]
fn a_clone_may_hit_the_same_memo_and_others_and_clear_them() {
    #[weak_memo]
    fn f(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Value {
        Value::new(**owner, tally)
    }
    #[weak_memo]
    fn plain(owner: &Arc<u32>) -> u64 {
        u64::from(**owner)
    }
    #[weak_memo]
    fn text(owner: &Arc<u32>) -> String {
        owner.to_string()
    }
    watchdog(|| {
        let (a, b, tally) = (Arc::new(1), Arc::new(2), Tally::new());
        for _ in 0..2 {
            drop((f(&a, &tally), f(&b, &tally), plain(&a), text(&a)));
        }
        let (a2, b2, theirs) = (Arc::clone(&a), Arc::clone(&b), tally.clone());
        in_next_clone(move || {
            assert_eq!(f(&a2, &theirs).number, 1);
            let inner = theirs.clone();
            in_next_clone(move || assert_eq!(inner.dropped(), 0));
            assert_eq!(f(&b2, &theirs).number, 2);
            assert_eq!((plain(&a2), text(&a2).as_str()), (1, "1"));
            assert!(f_memo().forget((&b2, &theirs)) && plain_memo().forget(&a2) && text_memo().forget(&a2));
            assert_eq!(theirs.dropped(), 1, "nobody copies the other one any more");
            // The outer value goes while it is copied; hits further in do not drop it.
            assert!(f_memo().forget((&a2, &theirs)));
            assert_eq!((plain(&a2), plain(&a2), text(&a2).as_str(), text(&a2).as_str()), (1, 1, "1", "1"));
            assert_eq!(theirs.dropped(), 1);
        });
        assert_eq!(f(&a, &tally).number, 1);
        assert_eq!(tally.dropped(), 2);
        assert_eq!((plain(&a), text(&a).as_str()), (1, "1"));
        assert_eq!(tally.alive(), 0);
    });
}

#[test]
fn a_clone_that_panics_releases_what_it_held() {
    #[weak_memo]
    fn f(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Value {
        Value::new(**owner, tally)
    }
    watchdog(|| {
        let (n, tally) = (Arc::new(1), Tally::new());
        for _ in 0..2 {
            f(&n, &tally);
        }
        in_next_clone(|| panic!("in clone"));
        assert!(catch_unwind(AssertUnwindSafe(|| f(&n, &tally))).is_err());
        assert_eq!(f(&n, &tally).number, 1);
        assert!(f_memo().forget((&n, &tally)));
        assert_eq!(tally.dropped(), 1, "nobody holds it");

        for _ in 0..2 {
            f(&n, &tally);
        }
        let (inside, theirs) = (Arc::clone(&n), tally.clone());
        in_next_clone(move || {
            assert!(f_memo().forget((&inside, &theirs)));
            panic!("in clone");
        });
        assert!(catch_unwind(AssertUnwindSafe(|| f(&n, &tally))).is_err());
        assert_eq!(tally.dropped(), 2, "taken away, and dropped while unwinding");
        assert_eq!(f(&n, &tally).number, 1);
        assert_eq!(tally.alive(), 1);
    });
}

#[test]
fn nothing_is_swept_inside_a_clone() {
    #[weak_memo]
    fn f(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Value {
        Value::new(**owner, tally)
    }
    #[weak_memo]
    fn other(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        Arc::new(tally.token())
    }
    #[weak_memo]
    fn plain(owner: &Arc<u32>) -> u64 {
        u64::from(**owner)
    }
    alone(|| {
        let (n, dead, theirs) = (Arc::new(1), Tally::new(), Tally::new());
        for _ in 0..2 {
            f(&n, &theirs);
        }
        let (inside, tally) = (Arc::clone(&n), dead.clone());
        let swept = Rc::new(Cell::new(0));
        let seen = Rc::clone(&swept);
        in_next_clone(move || {
            for _ in 0..200 {
                other(&Arc::new(2), &tally);
            }
            for _ in 0..20_000 {
                plain(&inside);
            }
            seen.set(tally.dropped());
        });
        f(&n, &theirs);
        assert_eq!(swept.get(), 0);
        for _ in 0..200 {
            other(&Arc::new(2), &dead);
        }
        assert!(dead.dropped() > 0, "afterwards it is");
    });
}

/// Hits, and forgets in its own clone, when its thread ends.
struct Late {
    object: Arc<u32>,
    tally: Tally,
}

#[weak_memo]
fn late(owner: &Arc<u32>, #[memo(skip)] tally: &Tally) -> Value {
    Value::new(**owner, tally)
}

impl Drop for Late {
    fn drop(&mut self) {
        for _ in 0..2 {
            assert_eq!(late(&self.object, &self.tally).number, 3);
        }
        let (object, tally) = (Arc::clone(&self.object), self.tally.clone());
        if IN_CLONE.try_with(|_| ()).is_ok() {
            in_next_clone(move || assert!(late_memo().forget((&object, &tally))));
        }
        assert_eq!(late(&self.object, &self.tally).number, 3);
    }
}

#[test]
fn an_ended_thread_holds_nothing() {
    thread_local! {
        static EARLY: OnceLock<Late> = const { OnceLock::new() };
        static LAST: OnceLock<Late> = const { OnceLock::new() };
    }
    alone(|| {
        let (object, tally) = (Arc::new(3), Tally::new());
        for _ in 0..20 {
            thread::scope(|scope| {
                let work = || {
                    let new = || Late { object: Arc::clone(&object), tally: tally.clone() };
                    let _ = EARLY.with(|early| early.set(new()));
                    for _ in 0..2 {
                        late(&object, &tally);
                    }
                    let _ = LAST.with(|last| last.set(new()));
                    late(&object, &tally);
                };
                scope.spawn(work).join().unwrap();
            });
        }
        for _ in 0..2 {
            late(&object, &tally);
        }
        assert_eq!(late_memo().clear(), 1);
        assert_eq!(tally.alive(), 0, "no reader that is gone holds anything");
    });
}

#[test]
fn plain_values_are_replaced_while_other_threads_copy_them() {
    #[weak_memo]
    fn f(owner: &Anchored<u32>) -> (u64, u64) {
        (u64::from(**owner), u64::from(**owner))
    }
    watchdog(|| {
        let object = Anchored::new(1);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        let (one, other) = f(&object);
                        assert!(one == other && one < 100, "a whole one");
                    }
                });
            }
            for n in 0..2_000 {
                match n % 3 {
                    0 => drop(f_memo().forget(&object)),
                    1 => f_memo().insert(&object, (n % 100, n % 100)),
                    _ => drop(f_memo().clear()),
                }
            }
        });
        memo_tests::assert_balanced(&f_memo().stats());
    });
}
