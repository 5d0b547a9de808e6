//! Receivers die: they are not told, they are removed, and nobody keeps them alive.

use std::sync::Arc;

use memo_core::sweep;
use memo_core::weak::{NoSender, Signal};
use memo_tests::{Tally, alone, panic_of};

use crate::{Ear, Log, OnDrop};

/// Case 109: django::test_garbage_collected, blinker::test_weak_receiver, test_strong_receiver.
#[test]
fn a_weak_receiver_goes_with_its_object_and_a_strong_one_stays() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    let (a, b) = (Ear::new("a", &log), Ear::new("b", &log));
    signal.connect(&a, Ear::hear);
    signal.connect_strong(log.hearer("strong"));
    signal.connect(&b, Ear::hear);
    signal.send(&NoSender, "1");
    assert_eq!(log.take(), ["a 1", "strong 1", "b 1"]);
    drop(a);
    assert_eq!(signal.send(&NoSender, "2").len(), 2);
    assert_eq!(log.take(), ["strong 2", "b 2"]);
    drop(b);
    signal.send(&NoSender, "3");
    assert_eq!(log.take(), ["strong 3"]);
}

#[test]
fn no_receiver_is_kept_alive() {
    let (log, signal, sender) = (Log::default(), Signal::<str>::new(), Arc::new(()));
    let ear = Ear::new("a", &log);
    signal.connect(&ear, Ear::hear);
    signal.from(&sender).connect(&ear, Ear::hear_loudly);
    for _ in 0..3 {
        signal.send(&sender, "x");
        assert!(signal.has_receivers(&sender));
        assert_eq!(signal.receivers_for(&sender).len(), 2);
        assert_eq!(Arc::strong_count(&ear), 1);
    }
    let gone = Arc::downgrade(&ear);
    drop(ear);
    assert!(gone.upgrade().is_none());
}

/// Case 111: blinker::test_instancemethod_receiver.
#[test]
fn a_receiver_that_nobody_else_holds_is_never_told() {
    let (log, signal) = (Log::default(), Signal::<str>::new());
    signal.connect(&Ear::new("a temporary", &log), Ear::hear);
    assert!(!signal.has_receivers(&NoSender));
    assert_eq!(signal.send(&NoSender, "x"), []);
    assert_eq!(log.take(), [""; 0]);
    // A temporary function is kept.
    signal.connect_strong(log.hearer("a closure"));
    signal.send(&NoSender, "x");
    assert_eq!(log.take(), ["a closure x"]);
}

/// Case 72: blinker::test_signal_weak_receiver_vanishes. There is nothing that could be told of it but the destructor of what the receiver
/// has captured, which runs at the first dispatch that meets it.
#[test]
fn a_dispatch_that_meets_a_dead_receiver_removes_it_with_what_it_captured() {
    let (log, signal, tally) = (Log::default(), Signal::<str>::new(), Tally::new());
    let (ear, other) = (Ear::new("a", &log), Arc::new(()));
    let connect_others = || (0..20).for_each(|_| _ = signal.from(&other).connect_strong(log.hearer("other")));
    connect_others();
    let token = tally.token();
    signal.connect(&ear, move |ear, what| {
        let _ = &token;
        ear.hear(what);
    });
    connect_others();
    signal.send(&NoSender, "x");
    assert_eq!(log.take(), ["a x"]);
    drop(ear);
    assert_eq!(tally.alive(), 1);
    assert_eq!(signal.send(&NoSender, "y"), []);
    assert_eq!(tally.alive(), 0);
    assert_eq!(format!("{signal:?}"), "Signal { receivers: 40, .. }");
}

/// Its object would have been found by no dispatch: nobody sends from there.
#[test]
fn each_dispatch_looks_at_two_more_receivers_of_all() {
    let (log, signal, tally) = (Log::default(), Signal::<str>::new(), Tally::new());
    let (sender, silent) = (Arc::new(1), Arc::new(2));
    for _ in 0..50 {
        let token = tally.token();
        signal.from(&silent).connect(&Ear::new("a", &log), move |_, _| _ = &token);
        let token = tally.token();
        signal.from(&Arc::new(3)).connect_strong(move |_| _ = &token);
    }
    signal.from(&sender).connect_strong(log.hearer("b"));
    let most = tally.alive() / 2 + 1;
    for _ in 0..most {
        signal.send(&sender, "x");
    }
    assert_eq!(tally.alive(), 0);
    assert_eq!(log.take().len(), most);
}

/// blinker::test_filtered_receiver_weakref: the sender is dead.
#[test]
fn a_receiver_goes_with_the_one_it_hears() {
    let (log, signal, tally) = (Log::default(), Signal::<str>::new(), Tally::new());
    let sender = Arc::new(());
    let token = tally.token();
    let id = signal.from(&sender).connect_strong(move |_| _ = &token);
    signal.connect_strong(log.hearer("all"));
    drop(sender);
    signal.send(&NoSender, "x");
    assert_eq!(tally.alive(), 0);
    assert!(!signal.disconnect(id));
    assert_eq!(format!("{signal:?}"), "Signal { receivers: 1, .. }");
}

#[test]
fn what_disconnecting_removes_is_dropped_before_it_returns() {
    let (signal, tally) = (Signal::<str>::new(), Tally::new());
    let connect = || {
        let token = tally.token();
        signal.connect_strong(move |_| _ = &token)
    };
    let (first, second) = (connect(), connect());
    signal.send(&NoSender, "x");
    assert!(signal.disconnect(first));
    assert_eq!(tally.alive(), 1);
    assert!(signal.disconnect(second));
    assert_eq!(tally.alive(), 0);
    connect();
    drop(signal);
    assert_eq!(tally.alive(), 0);
}

/// Law 8.
#[test]
fn a_panic_of_what_a_receiver_captured_comes_out_where_it_was_asked_to_go() {
    let (log, signal, tally) = (Log::default(), Signal::<str>::new(), Tally::new());
    let connect = |ear: &Arc<Ear>| {
        let (token, bad) = (tally.token(), OnDrop(|| panic!("a bad destructor")));
        signal.connect(ear, move |_, _| _ = (&token, &bad))
    };
    let a = Ear::new("a", &log);
    let id = connect(&a);
    assert_eq!(panic_of(|| signal.disconnect(id)), "a bad destructor");
    assert_eq!(tally.alive(), 0);

    // Nobody asked: the dead are removed quietly, all of them, and are told of in the report.
    let before = memo_core::report().swallowed_panics;
    connect(&a);
    connect(&a);
    drop(a);
    assert_eq!(signal.send(&NoSender, "x"), []);
    assert_eq!(tally.alive(), 0);
    assert!(memo_core::report().swallowed_panics > before);

    // All of them, whichever panics.
    let b = Ear::new("b", &log);
    connect(&b);
    connect(&b);
    connect(&b);
    assert_eq!(panic_of(|| drop(signal)), "a bad destructor");
    assert_eq!(tally.alive(), 0);
}

/// Case 41: blinker::test_empty_bucket_growth.
#[test]
fn what_is_disconnected_leaves_nothing() {
    alone(|| {
        let (log, signal, sender) = (Log::default(), Signal::<str>::new(), Arc::new(()));
        let round = || {
            let ear = Ear::new("a", &log);
            let ids = [signal.from(&sender).connect(&ear, Ear::hear), signal.id("uid").connect_strong(log.hearer("b"))];
            signal.from(&Arc::new(1)).connect_strong(log.hearer("c"));
            signal.send(&sender, "x");
            assert_eq!(log.take(), ["a x", "b x"]);
            ids.iter().for_each(|id| assert!(signal.disconnect(*id)));
            sweep();
        };
        round();
        let before = memo_tests::live_bytes();
        for _ in 0..1000 {
            round();
        }
        let more = memo_tests::live_bytes().saturating_sub(before);
        assert!(more < 16 << 10, "{more} bytes are left");
    });
}
