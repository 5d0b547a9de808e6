//! `set`: a result that the caller gives to a memo that lends.

use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex};
use std::thread;

use memo_core::{Anchored, LocalAnchored, weak_memo};
use memo_tests::{Tally, Token, watchdog};

#[test]
fn once_for_every_owner() {
    #[weak_memo]
    fn of_arc(text: &Arc<String>) -> &str {
        text.to_uppercase()
    }
    #[weak_memo]
    fn of_rc(text: &Rc<String>) -> &Rc<str> {
        text.to_uppercase().into()
    }
    #[weak_memo(capacity = unbounded)]
    fn of_anchored<'a>(text: &'a Anchored<String>, n: usize, with: &'a Arc<String>) -> &'a str {
        text.repeat(n) + with
    }
    #[weak_memo]
    fn of_local(text: &LocalAnchored<String>) -> Option<&str> {
        text.get(1..).map(str::to_owned)
    }
    let owned = |text: &str| text.to_owned();
    let arc = Arc::new(owned("a"));
    assert_eq!(of_arc_memo().set(&arc, owned("A!")), Ok(()));
    assert_eq!(of_arc_memo().set(&arc, owned("A?")), Err(owned("A?")));
    assert_eq!((of_arc(&arc), of_arc_memo().stats().computes, of_arc_memo().stats().inserts), ("A!", 0, 1));
    let rc = Rc::new(owned("a"));
    assert_eq!(of_rc_memo().set(&rc, "A!".into()), Ok(()));
    assert_eq!((&**of_rc(&rc), of_rc_memo().set(&rc, "".into()).is_err()), ("A!", true));
    let (text, with) = (Anchored::new(owned("a")), Arc::new(owned("!")));
    assert_eq!(of_anchored(&text, 2, &with), "aa!");
    assert_eq!(of_anchored_memo().set((&text, 2, &with), owned("late")), Err(owned("late")));
    assert_eq!(of_anchored_memo().set((&text, 3, &with), owned("set")), Ok(()));
    assert_eq!((of_anchored(&text, 3, &with), of_anchored_memo().len()), ("set", 2));
    drop(with);
    assert_eq!(of_anchored_memo().len(), 0, "it ends with a weak argument, as a computed one does");
    let text = LocalAnchored::new(owned("abc"));
    assert_eq!(of_local_memo().set(&text, None), Ok(()));
    assert_eq!((of_local(&text), of_local_memo().set(&text, Some(owned("")))), (None, Err(Some(owned("")))));
}

#[test]
fn an_error_that_is_not_kept_comes_back() {
    #[weak_memo]
    fn number(text: &Arc<String>) -> Result<&u32, String> {
        text.parse().map_err(|_| text.to_string())
    }
    #[weak_memo(cache_err)]
    fn kept(text: &Arc<String>) -> Result<&u32, &String> {
        text.parse().map_err(|_| text.to_string())
    }
    let text = Arc::new(String::from("x"));
    assert_eq!(number_memo().set(&text, Err(String::from("no"))), Err(Err(String::from("no"))));
    assert_eq!(number_memo().set(&text, Ok(5)), Ok(()));
    assert_eq!(number(&text), Ok(&5));
    assert_eq!(kept_memo().set(&text, Err(String::from("no"))), Ok(()));
    assert_eq!(kept(&text), Err(&String::from("no")));
}

/// The body's own result comes second.
#[test]
fn a_body_may_set_its_own_result() {
    #[weak_memo]
    fn one(tally: &Anchored<Tally>) -> &(Token, u8) {
        assert!(one_memo().set(tally, (tally.token(), 1)).is_ok());
        assert_eq!(one_memo().get(tally).map(|(_, n)| *n), Some(1));
        (tally.token(), 2)
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(tally: &Anchored<Tally>, n: u8) -> &(Token, u8) {
        assert!(keyed_memo().set((tally, n), (tally.token(), 1)).is_ok());
        (tally.token(), 2)
    }
    watchdog(|| {
        let tally = Tally::new();
        let object = Anchored::new(tally.clone());
        assert_eq!((one(&object).1, keyed(&object, 1).1, tally.alive()), (1, 1, 2));
        assert_eq!((one_memo().stats().rejected, keyed_memo().stats().rejected), (1, 1));
        assert_eq!((one(&object).1, keyed(&object, 1).1), (1, 1));
        drop(object);
        assert_eq!(tally.alive(), 0);
    });
}

/// Many set, and call, at once: one is first, all see its result, and nothing else is left.
#[test]
fn of_many_threads_one_is_first() {
    const THREADS: usize = 4;

    #[weak_memo]
    fn one(tally: &Arc<Tally>) -> &(Token, usize) {
        (tally.token(), usize::MAX)
    }
    #[weak_memo(capacity = unbounded)]
    fn keyed(tally: &Arc<Tally>, n: usize) -> &(Token, usize) {
        (tally.token(), n)
    }
    watchdog(|| {
        let set = AtomicUsize::new(0);
        for round in 0..200 {
            let (object, start) = (Arc::new(Tally::new()), Barrier::new(THREADS));
            let seen: Vec<_> = thread::scope(|scope| {
                let act = |number: usize| {
                    start.wait();
                    if (number + round) % 3 > 0 {
                        let first = [
                            one_memo().set(&object, (object.token(), number)).is_ok(),
                            keyed_memo().set((&object, 9), (object.token(), number)).is_ok(),
                        ];
                        set.fetch_add(first.into_iter().filter(|first| *first).count(), Ordering::Relaxed);
                    }
                    (std::ptr::from_ref(one(&object)).addr(), std::ptr::from_ref(keyed(&object, 9)).addr())
                };
                let threads: Vec<_> = (0..THREADS).map(|number| scope.spawn(move || act(number))).collect();
                threads.into_iter().map(|thread| thread.join().expect("nothing panics")).collect()
            });
            assert!(seen.iter().all(|place| *place == seen[0]));
            assert_eq!(object.alive(), 2, "round {round}");
        }
        let inserts = one_memo().stats().inserts + keyed_memo().stats().inserts;
        assert_eq!(inserts, set.into_inner() as u64);
        let stored = |stats: memo_core::Stats| stats.computes + stats.inserts - stats.rejected;
        assert_eq!((stored(one_memo().stats()), stored(keyed_memo().stats())), (200, 200));
    });
}

/// A compute that another thread has begun is waited for.
#[test]
fn a_compute_in_flight_comes_first() {
    static GATE: (Mutex<u8>, Condvar) = (Mutex::new(0), Condvar::new());

    #[weak_memo]
    fn slow(text: &Arc<String>) -> &str {
        let mut state = GATE.0.lock().unwrap();
        *state = 1;
        GATE.1.notify_all();
        while *state < 2 {
            state = GATE.1.wait(state).unwrap();
        }
        text.to_uppercase()
    }
    watchdog(|| {
        let text = Arc::new(String::from("a"));
        thread::scope(|scope| {
            scope.spawn(|| slow(&text));
            let mut state = GATE.0.lock().unwrap();
            while *state < 1 {
                state = GATE.1.wait(state).unwrap();
            }
            drop(state);
            let setting = scope.spawn(|| slow_memo().set(&text, String::from("late")));
            *GATE.0.lock().unwrap() = 2;
            GATE.1.notify_all();
            assert_eq!(setting.join().expect("nothing panics"), Err(String::from("late")));
        });
        assert_eq!(slow(&text), "A");
    });
}
