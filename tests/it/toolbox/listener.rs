//! A listener is told of every result that goes, and why.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use memo_core::RemovalCause::{self, Cleared, Evicted, ObjectGone, Replaced};
use memo_core::{Anchored, Listener, Removal, forget_object, report, sweep, weak_memo};
use memo_tests::{Tally, Token, alone, assert_balanced, join_all, panic_of, watchdog};

/// What was told, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(RemovalCause, u32)>>>);

impl Log {
    /// A listener on a memo whose results begin with a number.
    fn of<R: Numbered>(&self) -> impl Fn(Removal<'_, R>) + Send + Sync + 'static {
        let log = self.clone();
        move |removal| {
            let number = removal.value().expect("the whole result is kept").number();
            log.0.lock().unwrap().push((removal.cause(), number));
        }
    }

    fn take(&self) -> Vec<(RemovalCause, u32)> {
        let mut told = std::mem::take(&mut *self.0.lock().unwrap());
        told.sort_unstable_by_key(|(_, number)| *number);
        told
    }
}

trait Numbered: 'static {
    fn number(&self) -> u32;
}

impl Numbered for u32 {
    fn number(&self) -> u32 {
        *self
    }
}

/// With a destructor.
type Named = (u32, Arc<Token>);

impl Numbered for Named {
    fn number(&self) -> u32 {
        let _ = &self.1;
        self.0
    }
}

macro_rules! every_cause {
    ($test:ident, $owner:ty, $make:expr, $result:ty, |$n:ident| $value:expr $(, $option:ident)?) => {
        #[test]
        fn $test() {
            #[weak_memo($($option)?)]
            fn single(owner: &$owner, #[memo(skip)] $n: u32) -> $result {
                let _ = owner;
                $value
            }
            #[weak_memo(capacity = 2 $(, $option)?)]
            fn keyed(owner: &$owner, $n: u32) -> $result {
                let _ = owner;
                $value
            }
            #[weak_memo($($option)?)]
            fn pair(owner: &$owner, other: &$owner, #[memo(skip)] $n: u32) -> $result {
                let _ = (owner, other);
                $value
            }
            alone(|| {
                let log = Log::default();
                single_memo().on_removal(log.of());
                keyed_memo().on_removal(log.of());
                pair_memo().on_removal(log.of());
                let value = |$n: u32| $value;
                let (owner, other, third) = ($make, $make, $make);

                single(&owner, 1);
                single(&other, 2);
                assert_eq!(single_memo().clear(), 2);
                assert_eq!(log.take(), [(Cleared, 1), (Cleared, 2)]);

                single(&owner, 1);
                pair(&owner, &other, 2);
                assert!(single_memo().forget((&owner, 0)) && pair_memo().forget((&owner, &other, 0)));
                assert!(!single_memo().forget((&owner, 0)));
                assert_eq!(log.take(), [(Cleared, 1), (Cleared, 2)]);

                single_memo().insert((&owner, 0), value(3));
                assert_eq!(log.take(), [], "nothing was there");
                single_memo().insert((&owner, 0), value(4));
                single_memo().refresh((&owner, 5));
                single_memo().refresh((&owner, 6));
                pair(&owner, &other, 10);
                pair_memo().insert((&owner, &other, 0), value(11));
                assert_eq!(log.take(), [(Replaced, 3), (Replaced, 4), (Replaced, 5), (Replaced, 10)]);

                (1..=5).for_each(|n| _ = keyed(&owner, n));
                let evicted = log.take();
                assert!(evicted.len() == 3 && evicted.iter().all(|(cause, _)| *cause == Evicted), "{evicted:?}");
                assert_eq!(keyed_memo().forget_owner(&owner), 2);
                assert!(log.take().iter().all(|(cause, _)| *cause == Cleared));

                pair(&third, &owner, 12);
                pair(&third, &other, 13);
                assert_eq!(forget_object(&owner), 3);
                assert_eq!(log.take(), [(Cleared, 6), (Cleared, 11), (Cleared, 12)]);

                drop(other);
                sweep();
                assert_eq!(log.take(), [(ObjectGone, 13)], "its second argument");
                single(&owner, 1);
                keyed(&owner, 2);
                keyed(&owner, 3);
                pair(&owner, &third, 4);
                drop(owner);
                sweep();
                assert_eq!(log.take(), [(ObjectGone, 1), (ObjectGone, 2), (ObjectGone, 3), (ObjectGone, 4)]);
                drop(third);
                sweep();
                assert_eq!(log.take(), []);
            });
        }
    };
}

fn token() -> Arc<Token> {
    Arc::new(Tally::new().token())
}

every_cause!(of_an_arc, Arc<u8>, Arc::new(1), u32, |n| n);
every_cause!(of_an_arc_with_a_destructor, Arc<u8>, Arc::new(1), Named, |n| (n, token()));
every_cause!(of_an_rc, Rc<u8>, Rc::new(1), u32, |n| n);
every_cause!(of_an_rc_with_a_destructor, Rc<u8>, Rc::new(1), Named, |n| (n, token()));
every_cause!(of_an_arc_on_this_thread, Arc<u8>, Arc::new(1), u32, |n| n, local);
every_cause!(of_an_object, Anchored<u8>, Anchored::new(1), u32, |n| n);
every_cause!(of_an_object_with_a_destructor, Anchored<u8>, Anchored::new(1), Named, |n| (n, token()));

macro_rules! lent_results {
    ($test:ident, $owner:ty, $make:expr, $result:ty, |$n:ident| $value:expr) => {
        #[test]
        fn $test() {
            #[weak_memo]
            fn single(owner: &$owner, #[memo(skip)] $n: u32) -> &$result {
                let _ = owner;
                $value
            }
            #[weak_memo(capacity = unbounded)]
            fn pair<'w>(owner: &'w $owner, other: &'w $owner, #[memo(skip)] $n: u32) -> &'w $result {
                let _ = (owner, other);
                $value
            }
            alone(|| {
                let log = Log::default();
                single_memo().on_removal(log.of());
                pair_memo().on_removal(log.of());
                let (owner, other) = ($make, $make);
                single(&owner, 1);
                single(&other, 2);
                pair(&owner, &other, 3);
                drop(other);
                sweep();
                assert_eq!(log.take(), [(ObjectGone, 2), (ObjectGone, 3)]);
                drop(owner);
                sweep();
                assert_eq!(log.take(), [(ObjectGone, 1)]);
                assert_eq!((single_memo().stats().dropped, pair_memo().stats().dropped), (2, 1));
            });
        }
    };
}

lent_results!(of_an_arc_that_lends, Arc<u8>, Arc::new(1), u32, |n| n);
lent_results!(of_an_arc_that_lends_what_has_a_destructor, Arc<u8>, Arc::new(1), Named, |n| (n, token()));
lent_results!(of_an_rc_that_lends, Rc<u8>, Rc::new(1), u32, |n| n);
lent_results!(of_an_object_that_lends, Anchored<u8>, Anchored::new(1), u32, |n| n);
lent_results!(of_an_object_that_lends_what_has_a_destructor, Anchored<u8>, Anchored::new(1), Named, |n| (n, token()));

#[test]
fn access_to_the_object_clears() {
    #[weak_memo]
    fn cloned(owner: &Anchored<u32>) -> u32 {
        **owner
    }
    #[weak_memo]
    fn lent(owner: &Anchored<u32>) -> &u32 {
        **owner + 10
    }
    let (log, mut owner) = (Log::default(), Anchored::new(1));
    cloned_memo().on_removal(log.of());
    lent_memo().on_removal(log.of());
    let _ = (cloned(&owner), lent(&owner));
    *owner = 2;
    assert_eq!(log.take(), [(Cleared, 1), (Cleared, 11)]);
    cloned(&owner);
    drop(owner);
    assert_eq!(log.take(), [(ObjectGone, 2)]);
}

#[test]
fn it_is_told_in_the_objects_drop_on_that_thread_before_the_value_is_dropped() {
    #[weak_memo]
    fn single(owner: &Anchored<u8>, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = owner;
        Arc::new(tally.token())
    }
    let (tally, told) = (Tally::new(), Arc::new(Mutex::new(Vec::new())));
    let (theirs, noted) = (tally.clone(), Arc::clone(&told));
    single_memo().on_removal(move |_| noted.lock().unwrap().push((thread::current().id(), theirs.alive())));
    let owner = Anchored::new(1);
    single(&owner, &tally);
    let other = thread::spawn(move || {
        drop(owner);
        thread::current().id()
    });
    let other = other.join().unwrap();
    assert_eq!(*told.lock().unwrap(), [(other, 1)]);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn what_a_sweep_in_passing_finds_is_told_too() {
    #[weak_memo]
    fn plain(owner: &Arc<u32>) -> u32 {
        **owner
    }
    #[weak_memo]
    fn lent(owner: &Arc<u32>) -> &u32 {
        **owner
    }
    #[weak_memo]
    fn pair(owner: &Anchored<u32>, other: &Arc<u32>) -> u32 {
        **owner + **other
    }
    #[weak_memo]
    fn other(owner: &Anchored<u32>) -> u32 {
        **owner
    }
    alone(|| {
        let (log, owner) = (Log::default(), Anchored::new(1));
        pair_memo().on_removal(log.of());
        plain_memo().on_removal(log.of());
        lent_memo().on_removal(log.of());
        for number in 0..100 {
            let owner = Arc::new(number);
            let _ = (plain(&owner), lent(&owner));
        }
        for number in 0..100 {
            pair(&owner, &Arc::new(number));
        }
        for number in 0..2_000 {
            other(&Anchored::new(number));
        }
        let told = log.take();
        assert_eq!(told.len(), 300);
        assert!(told.iter().all(|(cause, _)| *cause == ObjectGone));
    });
}

#[test]
fn results_of_one_thread_go_with_it() {
    #[weak_memo]
    fn of_rc(owner: &Rc<u32>) -> u32 {
        **owner
    }
    #[weak_memo(local)]
    fn local(owner: &Arc<u32>) -> u32 {
        **owner
    }
    let (log, arc) = (Log::default(), Arc::new(2));
    of_rc_memo().on_removal(log.of());
    local_memo().on_removal(log.of());
    let theirs = Arc::clone(&arc);
    thread::spawn(move || {
        let leaked = Rc::new(1);
        let _ = (of_rc(&leaked), local(&theirs));
        std::mem::forget(leaked);
    })
    .join()
    .unwrap();
    assert_eq!(log.take(), [(ObjectGone, 1), (ObjectGone, 2)]);
}

#[test]
fn what_is_not_stored_is_told_to_nobody() {
    #[weak_memo]
    fn fails(owner: &Arc<u8>, n: u32) -> Result<u32, u32> {
        let _ = owner;
        if n > 1 { Err(n) } else { Ok(n) }
    }
    #[weak_memo]
    fn slow(owner: &Arc<u8>, #[memo(skip)] body: &(dyn Fn() -> u32 + Sync)) -> u32 {
        let _ = owner;
        body()
    }
    watchdog(|| {
        let told = Arc::new(AtomicUsize::new(0));
        let noted = Arc::clone(&told);
        fails_memo().on_removal(move |_| {
            noted.fetch_add(1, SeqCst);
        });
        let noted = Arc::clone(&told);
        slow_memo().on_removal(move |_| {
            noted.fetch_add(1, SeqCst);
        });
        let owner = Arc::new(1);
        let _ = fails(&owner, 2);
        assert_eq!(panic_of(|| slow(&owner, &|| panic!("the body"))), "the body");
        let (inside, go_on) = (Barrier::new(2), Barrier::new(2));
        let hold = || {
            inside.wait();
            go_on.wait();
            1
        };
        thread::scope(|scope| {
            let running = scope.spawn(|| slow(&owner, &hold));
            inside.wait();
            assert_eq!(slow_memo().clear(), 0);
            go_on.wait();
            running.join().unwrap();
        });
        fails_memo().clear();
        assert_eq!(told.load(SeqCst), 0);
        let _ = fails(&owner, 1);
        fails_memo().clear();
        assert_eq!(told.load(SeqCst), 1);
    });
}

#[test]
fn several_are_told_in_order_until_they_stop() {
    #[weak_memo]
    fn single(owner: &Arc<u8>) -> u32 {
        u32::from(**owner)
    }
    let (order, tally, owner) = (Arc::new(Mutex::new(Vec::new())), Tally::new(), Arc::new(1));
    let listen = |name: u32| -> Listener {
        let (order, token) = (Arc::clone(&order), tally.token());
        single_memo().on_removal(move |_| {
            let _ = &token;
            order.lock().unwrap().push(name);
        })
    };
    let tell = || {
        single(&owner);
        single_memo().clear();
        std::mem::take(&mut *order.lock().unwrap())
    };
    assert!(tell().is_empty());
    let (first, second) = (listen(1), listen(2));
    let _ = listen(3);
    assert_eq!(tell(), [1, 2, 3], "dropping what was returned changes nothing");
    assert!(first.is_listening() && first.stop());
    assert_eq!(tally.alive(), 2, "it is dropped");
    assert!(!first.is_listening() && !first.stop());
    assert_eq!(tell(), [2, 3]);
    assert!(second.stop());
    assert_eq!(tell(), [3]);
}

#[test]
fn a_panic_comes_out_when_all_is_done() {
    #[weak_memo]
    fn keyed(owner: &Arc<u8>, n: u32, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (owner, n);
        Arc::new(tally.token())
    }
    #[weak_memo]
    fn of_object(owner: &Anchored<u8>, n: u32, #[memo(skip)] tally: &Tally) -> Arc<Token> {
        let _ = (owner, n);
        Arc::new(tally.token())
    }
    #[weak_memo]
    fn lent<'w>(owner: &'w Arc<u8>, #[memo(skip)] tally: &Tally) -> &'w u32 {
        let _ = (owner, tally);
        1
    }
    alone(|| {
        let (told, tally) = (Arc::new(AtomicUsize::new(0)), Tally::new());
        let bad = || {
            let told = Arc::clone(&told);
            move || {
                told.fetch_add(1, SeqCst);
                panic!("the listener");
            }
        };
        for _ in 0..2 {
            let (first, second, third) = (bad(), bad(), bad());
            keyed_memo().on_removal(move |_| first());
            of_object_memo().on_removal(move |_| second());
            lent_memo().on_removal(move |_| third());
        }
        let (owner, object) = (Arc::new(1), Anchored::new(1));
        let fill = |owner: &Arc<u8>| (0..3).for_each(|n| drop(keyed(owner, n, &tally)));
        let expect = |swallowed: u64, act: &mut dyn FnMut()| {
            told.store(0, SeqCst);
            let before = report().swallowed_panics;
            assert_eq!(panic_of(act), "the listener");
            assert_eq!(told.load(SeqCst) as u64 - 1, swallowed, "all are told");
            assert_eq!(report().swallowed_panics - before, swallowed, "the others are counted");
        };
        fill(&owner);
        expect(5, &mut || _ = keyed_memo().clear());
        assert_eq!(tally.alive(), 0);
        fill(&owner);
        expect(1, &mut || _ = keyed_memo().forget((&owner, 1, &tally)));
        assert_eq!(tally.alive(), 2);
        expect(1, &mut || keyed_memo().insert((&owner, 0, &tally), Arc::new(tally.token())));
        assert_eq!(tally.alive(), 2);
        expect(1, &mut || drop(keyed_memo().refresh((&owner, 0, &tally))));
        assert_eq!((tally.alive(), keyed_memo().len()), (2, 2), "the new one is stored");
        lent(&owner, &tally);
        let mut owner = Some(owner);
        expect(5, &mut || {
            drop(owner.take());
            sweep();
        });
        assert_eq!((tally.alive(), keyed_memo().stats().dropped, lent_memo().stats().dropped), (0, 2, 1));

        (0..3).for_each(|n| drop(of_object(&object, n, &tally)));
        let mut object = Some(object);
        expect(5, &mut || drop(object.take()));
        assert_eq!(tally.alive(), 0);

        // While unwinding, and in passing.
        let object = Anchored::new(1);
        of_object(&object, 1, &tally);
        let before = report().swallowed_panics;
        let unwound = panic_of(move || {
            let _object = object;
            panic!("the body's");
        });
        assert_eq!((unwound.as_str(), report().swallowed_panics - before), ("the body's", 2));
        keyed(&Arc::new(1), 1, &tally);
        for _ in 0..1_000 {
            keyed(&Arc::new(1), 1, &Tally::new());
        }
        assert_eq!(tally.alive(), 0);
        for stats in [keyed_memo().stats(), of_object_memo().stats(), lent_memo().stats()] {
            assert_balanced(&stats);
        }
    });
}

#[test]
fn it_may_do_anything() {
    #[weak_memo(capacity = 2)]
    fn keyed(owner: &Arc<u32>, n: u32) -> Arc<String> {
        Arc::new(format!("{owner}{n}"))
    }
    #[weak_memo]
    fn inner(owner: &Anchored<u32>) -> u32 {
        **owner
    }
    thread_local! {
        static DEPTH: AtomicUsize = const { AtomicUsize::new(0) };
    }
    watchdog(|| {
        let (owner, object, told) = (Arc::new(1), Anchored::new(1), Arc::new(AtomicUsize::new(0)));
        let (theirs, noted) = (Arc::clone(&owner), Arc::clone(&told));
        let listener = Arc::new(Mutex::new(None::<Listener>));
        let own = Arc::clone(&listener);
        let listens = keyed_memo().on_removal(move |removal| {
            noted.fetch_add(1, SeqCst);
            let deep = DEPTH.with(|depth| depth.fetch_add(1, SeqCst));
            if deep < 3 {
                assert!(removal.value().is_some_and(|value| value.starts_with('1')));
                keyed(&theirs, 1_000 + deep as u32);
                let _ = keyed_memo().get((&theirs, 1));
                let _ = (keyed_memo().len(), keyed_memo().entries_of(&theirs), keyed_memo().stats());
                keyed_memo().insert((&theirs, 7), Arc::new("1".into()));
                keyed_memo().forget((&theirs, 7));
                forget_object(&theirs);
                sweep();
                keyed_memo().clear();
                let guest = keyed_memo().on_removal(|_| ());
                assert!(guest.stop());
                if let Some(own) = &*own.lock().unwrap() {
                    assert!(own.is_listening());
                }
            }
            DEPTH.with(|depth| depth.fetch_sub(1, SeqCst));
        });
        *listener.lock().unwrap() = Some(listens);
        let theirs = Arc::clone(&owner);
        inner_memo().on_removal(move |_| drop(keyed(&theirs, 5)));
        for n in 0..10 {
            keyed(&owner, n);
        }
        inner(&object);
        drop(object);
        keyed_memo().clear();
        assert!(told.load(SeqCst) >= 10);
        assert!(listener.lock().unwrap().take().unwrap().stop());
        assert_balanced(&keyed_memo().stats());
    });
}

#[test]
fn one_that_stops_itself_is_told_no_more() {
    #[weak_memo]
    fn keyed(owner: &Arc<u8>, n: u32) -> u32 {
        let _ = owner;
        n
    }
    watchdog(|| {
        let (told, own) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(None::<Listener>)));
        let (noted, itself) = (Arc::clone(&told), Arc::clone(&own));
        *own.lock().unwrap() = Some(keyed_memo().on_removal(move |_| {
            noted.fetch_add(1, SeqCst);
            assert!(itself.lock().unwrap().take().unwrap().stop());
        }));
        let owner = Arc::new(1);
        (0..5).for_each(|n| _ = keyed(&owner, n));
        keyed_memo().clear();
        assert_eq!(told.load(SeqCst), 1);
    });
}

#[test]
fn what_is_kept_of_a_result_is_shown() {
    struct Failed;
    #[weak_memo]
    fn fallible(owner: &Arc<u8>) -> Result<String, Failed> {
        if **owner > 1 { Err(Failed) } else { Ok(owner.to_string()) }
    }
    #[weak_memo]
    fn lent(owner: &Anchored<u8>) -> Result<&String, Failed> {
        if **owner > 1 { Err(Failed) } else { Ok(owner.to_string()) }
    }
    #[weak_memo]
    fn itself(owner: &Arc<u8>) -> Arc<u8> {
        Arc::clone(owner)
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    fallible_memo().on_removal(move |removal| {
        noted.lock().unwrap().push((removal.value().is_some(), removal.kept::<String>().cloned()));
    });
    let noted = Arc::clone(&seen);
    lent_memo().on_removal(move |removal| {
        noted.lock().unwrap().push((removal.value().is_some(), removal.kept::<String>().cloned()));
    });
    let noted = Arc::clone(&seen);
    itself_memo().on_removal(move |removal| noted.lock().unwrap().push((removal.value().is_some(), None)));
    let owner = Arc::new(1);
    assert!(fallible(&owner).is_ok());
    itself(&owner);
    let object = Anchored::new(1);
    assert!(lent(&object).is_ok());
    drop(object);
    assert_eq!(forget_object(&owner), 2);
    let kept = (false, Some(String::from("1")));
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    assert_eq!(seen, [(false, None), kept.clone(), kept]);
}

#[test]
fn methods_generic_memos_and_long_names_listen_too() {
    #[derive(Default, memo_core::HasAnchor)]
    struct Doc {
        anchor: memo_core::Anchor,
    }
    impl Doc {
        #[weak_memo]
        fn method(&self) -> u32 {
            1
        }
    }
    #[weak_memo(cache_err)]
    fn generic<T: Default + Clone + Send + Sync + 'static>(owner: &Arc<u8>) -> T {
        let _ = owner;
        T::default()
    }
    #[weak_memo(capacity = unbounded)]
    fn borrows<'a>(owner: &'a Anchored<&'static str>, key: &'a str) -> Option<&'a String> {
        (!key.is_empty()).then(|| (**owner).to_owned())
    }
    fn listen<T: Default + Clone + Send + Sync + 'static>(told: &Arc<AtomicUsize>) {
        let told = Arc::clone(told);
        generic_memo::<T>().on_removal(move |removal| {
            assert!(removal.value().is_some());
            told.fetch_add(1, SeqCst);
        });
    }
    let told = Arc::new(AtomicUsize::new(0));
    let noted = Arc::clone(&told);
    Doc::method_memo().on_removal(move |removal| {
        noted.fetch_add(*removal.value().unwrap() as usize, SeqCst);
    });
    listen::<String>(&told);
    let doc = Doc::default();
    doc.method();
    drop(doc);
    let owner = Arc::new(1);
    let _ = (generic::<String>(&owner), generic::<u8>(&owner));
    forget_object(&owner);
    assert_eq!(told.load(SeqCst), 2, "of one instance");

    borrows_memo().on_removal(|removal| assert_eq!(removal.value(), Some(&Some(String::from("text")))));
    borrows(&Anchored::new("text"), "key");
}

#[test]
fn what_was_told_is_what_was_counted() {
    #[weak_memo(capacity = 2)]
    fn keyed(owner: &Arc<u64>, n: u64) -> Arc<u64> {
        Arc::new(**owner * n)
    }
    #[weak_memo]
    fn single(owner: &Arc<u64>) -> u64 {
        **owner
    }
    #[weak_memo]
    fn pair(owner: &Anchored<u64>, other: &Arc<u64>) -> Arc<u64> {
        Arc::new(**owner + **other)
    }
    alone(|| {
        let told = Arc::new(Mutex::new(HashMap::<(&str, RemovalCause), u64>::new()));
        let note = |memo: &'static str| {
            let told = Arc::clone(&told);
            move |cause| *told.lock().unwrap().entry((memo, cause)).or_default() += 1
        };
        let (a, b, c) = (note("keyed"), note("single"), note("pair"));
        keyed_memo().on_removal(move |removal| a(removal.cause()));
        single_memo().on_removal(move |removal| b(removal.cause()));
        pair_memo().on_removal(move |removal| c(removal.cause()));
        let (shared, start) = ([1, 2, 3].map(Arc::new), Barrier::new(4));
        thread::scope(|scope| {
            let (shared, start) = (&shared, &start);
            let each = |thread| {
                scope.spawn(move || {
                    start.wait();
                    for round in 0..1_000 {
                        let owner = &shared[(round % 3) as usize];
                        let (own, object) = (Arc::new(round), Anchored::new(round));
                        let _ = (keyed(owner, round % 7), keyed(&own, thread), single(owner), single(&own));
                        let _ = (pair(&object, owner), pair(&object, &own));
                        match (round + thread) % 11 {
                            0 => _ = keyed_memo().clear(),
                            1 => single_memo().insert(owner, 5),
                            2 => _ = single_memo().refresh(owner),
                            3 => _ = forget_object(owner),
                            4 => _ = keyed_memo().forget((owner, round % 7)),
                            5 => _ = sweep(),
                            6 => _ = single_memo().forget_owner(owner),
                            _ => {}
                        }
                    }
                })
            };
            join_all((0..4_u64).map(each).collect());
        });
        drop(shared);
        sweep();
        for (memo, stats) in
            [("keyed", keyed_memo().stats()), ("single", single_memo().stats()), ("pair", pair_memo().stats())]
        {
            let told = told.lock().unwrap();
            let told = |cause| told.get(&(memo, cause)).copied().unwrap_or(0);
            let counted = [stats.dropped, stats.evicted, stats.cleared, stats.replaced];
            assert_eq!([ObjectGone, Evicted, Cleared, Replaced].map(told), counted, "{memo}");
            assert_balanced(&stats);
            assert_eq!(stats.entries, 0);
        }
    });
}
