//! `forget_object` drops what there is of one living object.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use memo_core::weak::finalize;
use memo_core::{Anchor, Anchored, HasAnchor, forget_object, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, assert_balanced, live_bytes, panic_of, watchdog};

macro_rules! of_every_memo {
    ($test:ident, $object:ty, $make:expr) => {
        #[test]
        fn $test() {
            #[weak_memo]
            fn alone(object: &$object, #[memo(skip)] tally: &Tally) -> Arc<Token> {
                let _ = object;
                Arc::new(tally.token())
            }
            #[weak_memo]
            fn keyed(object: &$object, key: u32, #[memo(skip)] tally: &Tally) -> Arc<Token> {
                let _ = (object, key);
                Arc::new(tally.token())
            }
            #[weak_memo]
            fn pair(object: &$object, other: &$object, #[memo(skip)] tally: &Tally) -> Arc<Token> {
                let _ = (object, other);
                Arc::new(tally.token())
            }
            #[weak_memo]
            fn lent<'w>(object: &'w $object, #[memo(skip)] tally: &Tally) -> &'w Token {
                let _ = object;
                tally.token()
            }
            #[weak_memo(capacity = unbounded)]
            fn lent_pair<'w>(object: &'w $object, other: &'w $object, #[memo(skip)] tally: &Tally) -> &'w Token {
                let _ = (object, other);
                tally.token()
            }
            let (object, other, third, tally) = ($make, $make, $make, Tally::new());
            assert_eq!(forget_object(&object), 0, "nobody knows it");
            for _ in 0..3 {
                alone(&object, &tally);
                alone(&other, &tally);
                for key in 0..5 {
                    keyed(&object, key, &tally);
                    keyed(&other, key, &tally);
                }
                pair(&object, &other, &tally);
                pair(&other, &object, &tally);
                pair(&third, &object, &tally);
                pair(&object, &object, &tally);
                pair(&other, &third, &tally);
                let lent =
                    (lent(&object, &tally), lent_pair(&other, &object, &tally), lent_pair(&object, &other, &tally));
                let before = tally.alive();
                assert_eq!(forget_object(&object), 1 + 5 + 4);
                assert_eq!(tally.alive(), before - 10, "dropped before it returns");
                assert_eq!((alone_memo().len(), keyed_memo().len(), pair_memo().len()), (1, 5, 1));
                assert_eq!((lent_memo().len(), lent_pair_memo().len()), (1, 2), "lent results stay");
                assert!(std::ptr::eq(lent.1, lent_pair(&other, &object, &tally)));
                assert_eq!(forget_object(&object), 0);
                let _ = lent;
            }
            let stats = (alone_memo().stats(), keyed_memo().stats(), pair_memo().stats());
            assert_eq!((stats.0.cleared, stats.1.cleared, stats.2.cleared), (3, 15, 12));
            for stats in [&stats.0, &stats.1, &stats.2] {
                assert_balanced(stats);
            }
            // It is an argument like any other, and ends what it takes part in.
            pair(&other, &object, &tally);
            assert_eq!(pair_memo().len(), 2);
            drop(object);
            assert_eq!(pair_memo().len(), 1);
        }
    };
}

of_every_memo!(of_an_arc, Arc<u8>, Arc::new(1));
of_every_memo!(of_an_rc, Rc<u8>, Rc::new(1));
of_every_memo!(of_an_object_with_an_anchor_inside, Anchored<u8>, Anchored::new(1));

#[test]
fn what_an_arc_or_an_object_has_in_memos_of_this_thread_goes_too() {
    #[weak_memo(local)]
    fn local(owner: &Arc<u8>) -> Rc<u8> {
        Rc::new(**owner)
    }
    #[weak_memo]
    fn beside(owner: &Rc<u8>, arc: &Arc<u8>, object: &Anchored<u8>) -> u8 {
        **owner + **arc + **object
    }
    let (owner, arc, object) = (Rc::new(1), Arc::new(1), Anchored::new(1));
    for _ in 0..2 {
        local(&arc);
        beside(&owner, &arc, &object);
        assert_eq!(forget_object(&object), 1);
        assert_eq!((local_memo().len(), beside_memo().len()), (1, 0));
        beside(&owner, &arc, &object);
        assert_eq!(forget_object(&arc), 2);
        assert_eq!((local_memo().len(), beside_memo().len()), (0, 0));
    }
    beside(&owner, &arc, &object);
    drop(object);
    assert!(beside_memo().is_empty());
}

#[test]
fn objects_of_any_size_are_forgotten() {
    #[weak_memo]
    fn len(text: &Arc<str>) -> usize {
        text.len()
    }
    #[weak_memo]
    fn nothing(node: &dyn HasAnchor) -> u8 {
        u8::from(!node.anchor().is_empty())
    }
    let (text, node): (Arc<str>, Box<dyn HasAnchor>) = ("text".into(), Box::new(Anchor::new()).into_node());
    len(&text);
    nothing(&*node);
    assert_eq!((forget_object(&text), forget_object(&*node)), (1, 1));
}

/// A box of an anchor as an object.
trait IntoNode {
    fn into_node(self) -> Box<dyn HasAnchor>;
}

impl IntoNode for Box<Anchor> {
    fn into_node(self) -> Box<dyn HasAnchor> {
        struct Node(Anchor);
        impl HasAnchor for Node {
            fn anchor(&self) -> &Anchor {
                &self.0
            }
        }
        Box::new(Node(*self))
    }
}

#[test]
fn finalizers_stay() {
    let (object, ran) = (Anchored::new(1), Arc::new(AtomicUsize::new(0)));
    let running = Arc::clone(&ran);
    let finalizer = finalize(&object, move |_| {
        running.fetch_add(1, SeqCst);
    });
    assert_eq!(forget_object(&object), 0);
    assert!(finalizer.is_alive());
    drop(object);
    assert_eq!(ran.load(SeqCst), 1);
}

/// Runs `compute` on a thread, and `act` while its body runs.
fn while_computing<R: Send>(compute: impl FnOnce(&dyn Fn()) -> R + Send, act: impl FnOnce()) -> R {
    let (inside, go_on) = (Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        let running = scope.spawn(|| {
            compute(&|| {
                inside.wait();
                go_on.wait();
            })
        });
        inside.wait();
        act();
        go_on.wait();
        running.join().unwrap()
    })
}

/// `$answer`: what the call in progress returns. A racer is told the first one that was stored.
macro_rules! flights_are_detached {
    ($test:ident, $object:ty, $make:expr, $single_flight:literal, $answer:literal) => {
        #[test]
        fn $test() {
            #[weak_memo(single_flight = $single_flight)]
            fn alone(object: &$object, #[memo(skip)] body: &dyn Fn() -> u32) -> u32 {
                let _ = object;
                body()
            }
            #[weak_memo(single_flight = $single_flight)]
            fn pair(owner: &$object, object: &$object, #[memo(skip)] body: &dyn Fn() -> u32) -> u32 {
                let _ = (owner, object);
                body()
            }
            watchdog(|| {
                let (owner, object, other) = ($make, $make, $make);
                let old = while_computing(
                    |hold| {
                        alone(&object, &|| {
                            hold();
                            1
                        })
                    },
                    || {
                        assert_eq!(forget_object(&object), 0);
                        assert_eq!(alone(&object, &|| 2), 2, "a call that comes later begins anew");
                    },
                );
                assert_eq!((old, alone(&object, &|| 3)), ($answer, 2), "the old answer is not stored");

                let old = while_computing(
                    |hold| {
                        pair(&owner, &object, &|| {
                            hold();
                            1
                        })
                    },
                    || {
                        assert_eq!(forget_object(&object), 1, "that of `alone`");
                    },
                );
                assert_eq!((old, pair_memo().get((&owner, &object, &|| 0))), (1, None));

                // Not those of others.
                let old = while_computing(
                    |hold| {
                        pair(&owner, &object, &|| {
                            hold();
                            1
                        })
                    },
                    || {
                        forget_object(&other);
                    },
                );
                assert_eq!((old, pair_memo().get((&owner, &object, &|| 0))), (1, Some(1)));
                assert_balanced(&alone_memo().stats());
                assert_balanced(&pair_memo().stats());
            });
        }
    };
}

flights_are_detached!(a_flight_for_an_arc_is_detached, Arc<u8>, Arc::new(1), true, 1);
flights_are_detached!(a_flight_for_an_object_is_detached, Anchored<u8>, Anchored::new(1), true, 1);
flights_are_detached!(a_racer_for_an_arc_is_overtaken, Arc<u8>, Arc::new(1), false, 2);
flights_are_detached!(a_racer_for_an_object_is_overtaken, Anchored<u8>, Anchored::new(1), false, 2);

#[test]
fn a_racer_of_a_memo_that_lends_is_stored_all_the_same() {
    #[weak_memo(capacity = unbounded, single_flight = false)]
    fn pair<'w>(owner: &'w Arc<u8>, object: &'w Arc<u8>, #[memo(skip)] body: &dyn Fn() -> u32) -> &'w u32 {
        let _ = (owner, object);
        body()
    }
    watchdog(|| {
        let (owner, object) = (Arc::new(1), Arc::new(1));
        let lent = while_computing(
            |hold| {
                pair(&owner, &object, &|| {
                    hold();
                    1
                })
            },
            || {
                assert_eq!(forget_object(&object), 0);
            },
        );
        assert!(std::ptr::eq(lent, pair(&owner, &object, &|| 2)));
    });
}

#[test]
fn nothing_is_left_on_the_object_or_on_others() {
    #[weak_memo]
    fn pair(owner: &Arc<u8>, object: &Arc<u8>, key: u64) -> u64 {
        let _ = (owner, object);
        key
    }
    alone(|| {
        let (owner, object, third) = (Arc::new(1), Arc::new(1), Arc::new(1));
        let mut before = 0;
        for round in 0..20 {
            for key in 0..200 {
                pair(&owner, &object, key);
                pair(&object, &third, key);
            }
            assert_eq!(forget_object(&object), 400);
            if round == 2 {
                before = live_bytes();
            }
        }
        // The links' table may have another capacity; an entry that stayed each time would be 6,800.
        assert!(live_bytes() <= before + 1_500, "{before} became {}", live_bytes());
    });
}

#[test]
fn a_panic_of_a_destructor_comes_out_when_all_are_dropped() {
    struct Bad(Token);
    impl Drop for Bad {
        fn drop(&mut self) {
            let _ = &self.0;
            panic!("a result");
        }
    }
    #[weak_memo]
    fn bad(owner: &Arc<u8>, key: u32, #[memo(skip)] tally: &Tally) -> Arc<Bad> {
        let _ = (owner, key);
        Arc::new(Bad(tally.token()))
    }
    #[weak_memo]
    fn pair(owner: &Arc<u8>, other: &Arc<u8>, #[memo(skip)] tally: &Tally) -> Arc<Bad> {
        let _ = (owner, other);
        Arc::new(Bad(tally.token()))
    }
    let (object, other, tally) = (Arc::new(1), Arc::new(1), Tally::new());
    for key in 0..3 {
        bad(&object, key, &tally);
    }
    pair(&other, &object, &tally);
    assert_eq!(panic_of(|| forget_object(&object)), "a result");
    assert_eq!((tally.alive(), bad_memo().len(), pair_memo().len()), (0, 0, 0));
    assert_eq!((bad_memo().stats().cleared, pair_memo().stats().cleared), (3, 1));
}

#[test]
fn a_destructor_may_ask_and_forget_again() {
    struct Asks(Arc<u8>, Arc<Mutex<Vec<usize>>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            plain(&self.0);
            self.1.lock().unwrap().push(forget_object(&self.0));
            plain(&self.0);
            sweep();
        }
    }
    #[weak_memo]
    fn plain(owner: &Arc<u8>) -> String {
        owner.to_string()
    }
    #[weak_memo]
    fn asks(owner: &Arc<u8>, of: &Arc<u8>, #[memo(skip)] log: &Arc<Mutex<Vec<usize>>>) -> Arc<Asks> {
        let _ = owner;
        Arc::new(Asks(Arc::clone(of), Arc::clone(log)))
    }
    watchdog(|| {
        let (object, of, log) = (Arc::new(1), Arc::new(2), Arc::default());
        asks(&object, &of, &log);
        assert_eq!(forget_object(&object), 1);
        assert_eq!(*log.lock().unwrap(), [1]);
        assert_eq!(plain_memo().get(&of).as_deref(), Some("2"));
    });
}

#[test]
fn whoever_calls_and_forgets_beside_it_the_books_balance() {
    #[weak_memo]
    fn pair(owner: &Arc<u64>, object: &Arc<u64>, key: u64) -> Arc<String> {
        Arc::new(format!("{owner}{object}{key}"))
    }
    #[weak_memo]
    fn single(owner: &Arc<u64>) -> Arc<String> {
        Arc::new(owner.to_string())
    }
    watchdog(|| {
        let (objects, start) = ([1, 2, 3].map(Arc::new), Barrier::new(4));
        thread::scope(|scope| {
            for thread in 0..4 {
                let (objects, start) = (&objects, &start);
                scope.spawn(move || {
                    start.wait();
                    for round in 0..2_000 {
                        let (owner, object) = (&objects[round % 3], &objects[(round / 3 + thread) % 3]);
                        if round % 5 == thread {
                            forget_object(object);
                        }
                        assert_eq!(*pair(owner, object, 1), format!("{owner}{object}1"));
                        assert_eq!(*single(owner), owner.to_string());
                    }
                });
            }
        });
        objects.iter().for_each(|object| _ = forget_object(object));
        assert_eq!((pair_memo().len(), single_memo().len()), (0, 0));
        assert_balanced(&pair_memo().stats());
        assert_balanced(&single_memo().stats());
    });
}
