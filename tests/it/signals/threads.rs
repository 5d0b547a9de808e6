//! Several threads at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use memo_core::weak::{NoSender, Signal};
use memo_tests::{Tally, watchdog};

use crate::{Ear, Log};

const THREADS: usize = 4;
const ROUNDS: usize = 2_000;

/// Each of `THREADS` at once, by its number.
fn at_once(act: impl Fn(usize) + Sync) {
    watchdog(|| {
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (start, act) = (&start, &act);
                scope.spawn(move || {
                    start.wait();
                    act(number);
                });
            }
        });
    });
}

#[test]
fn each_send_tells_who_is_connected_all_the_time() {
    let (signal, tally, told) = (Signal::<usize>::new(), Tally::new(), Arc::new(AtomicUsize::new(0)));
    let sender = Arc::new(());
    let theirs = told.clone();
    let always = signal.from(&sender).connect_strong(move |_| _ = theirs.fetch_add(1, Ordering::Relaxed));
    at_once(|number| {
        for round in 0..ROUNDS {
            match number {
                0 => {
                    let token = tally.token();
                    let id = signal.connect_strong(move |_| _ = &token);
                    assert!(signal.disconnect(id));
                }
                1 => {
                    let object = Arc::new(tally.token());
                    signal.from(&sender).connect(&object, |object, _| _ = object);
                    if round % 2 == 0 {
                        signal.send(&sender, &round);
                    }
                }
                _ => {
                    let answers = signal.send(&sender, &round);
                    assert!(answers.iter().any(|(id, ())| *id == always));
                    assert!(answers.iter().is_sorted());
                    assert_eq!(
                        signal.send(&Arc::new(round), &round).iter().filter(|(id, ())| *id == always).count(),
                        0
                    );
                }
            }
        }
    });
    assert_eq!(told.load(Ordering::Relaxed), ROUNDS * 2 + ROUNDS / 2);
    signal.send(&sender, &0);
    assert_eq!(signal.receivers_for(&sender), [always]);
    assert_eq!(tally.alive(), 0);
    assert_eq!(Arc::strong_count(&sender), 1);
}

#[test]
fn who_connects_the_same_at_once_gets_the_same() {
    for _ in 0..200 {
        let (log, signal) = (Log::default(), Signal::<str>::new());
        let ear = Ear::new("a", &log);
        let ids = std::sync::Mutex::new(Vec::new());
        at_once(|number| {
            let id = if number % 2 == 0 {
                signal.connect(&ear, Ear::hear)
            } else {
                signal.id("uid").connect(&ear, Ear::hear)
            };
            ids.lock().unwrap().push(id);
        });
        let mut ids = ids.into_inner().unwrap();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 2);
        assert_eq!(signal.receivers_for(&NoSender), ids);
    }
}

#[test]
fn one_of_those_who_disconnect_at_once_did_it() {
    for _ in 0..200 {
        let signal = Signal::<str, usize>::new();
        let id = signal.connect_strong(str::len);
        let done = AtomicUsize::new(0);
        at_once(|_| _ = done.fetch_add(usize::from(signal.disconnect(id)), Ordering::Relaxed));
        assert_eq!(done.into_inner(), 1);
    }
}

/// The first receiver of a signal: it stops a dispatch for as long as another thread acts.
struct Gate<'a> {
    signal: &'a Signal<str>,
    barrier: Arc<Barrier>,
}

impl<'a> Gate<'a> {
    fn before_all(signal: &'a Signal<str>) -> Self {
        let barrier = Arc::new(Barrier::new(2));
        let theirs = barrier.clone();
        signal.connect_strong(move |_| {
            theirs.wait();
            theirs.wait();
        });
        Self { signal, barrier }
    }

    fn amid_a_dispatch(&self, act: impl FnOnce() + Send) {
        watchdog(|| {
            thread::scope(|scope| {
                scope.spawn(|| self.signal.send(&NoSender, "x"));
                self.barrier.wait();
                act();
                self.barrier.wait();
            });
        });
    }
}

/// Once `disconnect` has returned, no call of the receiver begins, on whichever thread.
#[test]
fn who_was_disconnected_is_not_told_by_a_dispatch_of_another_thread() {
    let (log, signal, tally) = (Log::default(), Signal::new(), Tally::new());
    let gate = Gate::before_all(&signal);
    let (hearer, token) = (log.hearer("a"), tally.token());
    let id = signal.connect_strong(move |what| {
        let _ = &token;
        hearer(what);
    });
    signal.connect_strong(log.hearer("b"));
    gate.amid_a_dispatch(|| {
        assert!(signal.disconnect(id));
        assert_eq!(tally.alive(), 1, "the dispatch has its list");
    });
    assert_eq!(log.take(), ["b x"]);
    assert_eq!(tally.alive(), 0);
}

#[test]
fn who_died_is_not_told_by_a_dispatch_of_another_thread() {
    let (log, signal) = (Log::default(), Signal::new());
    let gate = Gate::before_all(&signal);
    let ear = Ear::new("a", &log);
    signal.connect(&ear, Ear::hear);
    signal.connect_strong(log.hearer("b"));
    gate.amid_a_dispatch(move || drop(ear));
    assert_eq!(log.take(), ["b x"]);
    assert_eq!(format!("{signal:?}"), "Signal { receivers: 2, .. }");
}

#[test]
fn who_was_connected_is_not_told_by_a_dispatch_of_another_thread() {
    let (log, signal) = (Log::default(), Signal::new());
    let gate = Gate::before_all(&signal);
    gate.amid_a_dispatch(|| _ = signal.connect_strong(log.hearer("a")));
    assert_eq!(log.take(), [""; 0]);
    gate.amid_a_dispatch(|| assert!(signal.has_receivers(&NoSender)));
    assert_eq!(log.take(), ["a x"]);
}

/// The last owner of a receiver may be a dispatch, on any thread.
#[test]
fn receivers_and_senders_die_while_others_send() {
    let (signal, tally) = (Signal::<usize>::new(), Tally::new());
    at_once(|number| {
        for round in 0..ROUNDS {
            let object = Arc::new(tally.token());
            let sender = Arc::new(tally.token());
            signal.connect(&object, |object, _| _ = object.clone());
            if number % 2 == 0 {
                signal.from(&sender).connect(&object, |object, _| _ = object);
            }
            let token = tally.token();
            signal.from(&sender).connect_strong(move |_| _ = &token);
            assert!(signal.send(&sender, &round).len() >= 2);
        }
    });
    signal.send(&NoSender, &0);
    assert_eq!(signal.receivers_for(&NoSender), []);
    signal.send(&NoSender, &0);
    drop(signal);
    assert_eq!(tally.alive(), 0);
}
