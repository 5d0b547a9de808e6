//! What is bounded.

use std::thread;
use std::time::{Duration, Instant};

use memo_store::__private::Simulated;
use memo_store::Key;
use memo_store::engine::{Engine as _, Hold, Holder, Memory};

use crate::support::{CALL, Hands, LEASE, Line, Object, begin, builder, computes, flush, process, until};
use crate::watchdog::watchdog;

#[test]
fn an_object_holds_a_bounded_number_of_results() {
    let engine = Memory::new();
    let store = builder(engine.clone()).leases_of_an_object(10).open().unwrap();
    let object = Object::default();
    (0..100).for_each(|n| _ = computes(&store, &object, n));
    flush(&store);
    assert_eq!((store.stats().held, engine.holds(), engine.len()), (10, 10, 100));
    assert!(!computes(&store, &object, 99));
    flush(&store);
    assert_eq!(engine.holds(), 10);
    drop(object);
    flush(&store);
    assert_eq!((store.stats().held, engine.holds()), (0, 0));
}

#[test]
fn what_is_too_long_is_not_written() {
    let engine = Memory::new();
    let (store, object) = (builder(engine.clone()).largest(1000).open().unwrap(), Object::default());
    let long = "x".repeat(2000);
    for _ in 0..2 {
        let mut look = begin(&store, &object, 1, CALL);
        assert_eq!(look.find(), None);
        look.end(&long);
    }
    flush(&store);
    assert_eq!((engine.len(), store.stats().unwritten, store.stats().held), (0, 2, 0));
}

#[test]
fn what_waits_to_be_written_is_bounded() {
    watchdog(|| {
        let engine = Memory::new();
        let (store, object) = (builder(engine.clone()).queue(10_000).open().unwrap(), Object::default());
        let long = fastrand::Rng::with_seed(1).alphanumeric();
        let long: String = std::iter::repeat_n(long, 3000).collect();
        // The thread may write some of them meanwhile: they are more than it can.
        (0..200).for_each(|n| begin(&store, &object, n, CALL).end(&format!("{n}{long}")));
        flush(&store);
        let stats = store.stats();
        assert_eq!(stats.puts + stats.unwritten, 200);
        assert_eq!(engine.holds() as u64, stats.held);
    });
}

#[test]
fn many_short_threads_leave_nothing() {
    watchdog(|| {
        let engine = Memory::new();
        let store = process(engine.clone());
        for round in 0..50 {
            thread::scope(|scope| {
                for n in 0..8 {
                    let store = store.clone();
                    scope.spawn(move || _ = computes(&store, &Object::default(), round * 4 + n));
                }
            });
        }
        flush(&store);
        let stats = store.stats();
        assert_eq!((stats.held, stats.to_release, stats.to_put, engine.holds()), (0, 0, 0, 0));
        until("nothing is left", || engine.is_empty());
    });
}

#[test]
fn a_process_at_rest_renews_its_lease_and_asks_for_little_more() {
    watchdog(|| {
        let line = Line::to(&Memory::new());
        let store =
            builder(line.clone()).lease(Duration::from_millis(400)).grace(Duration::from_secs(60)).open().unwrap();
        until("it has begun", || store.stats().renewals == 1);
        let before = line.calls();
        thread::sleep(Duration::from_secs(1));
        let calls = line.calls() - before;
        assert!(calls <= 8, "{calls} calls in five half leases");
    });
}

#[test]
fn the_last_handle_ends_it() {
    watchdog(|| {
        let line = Line::to(&Memory::new());
        let store = process(line.clone());
        let clone = store.clone();
        let object = Object::default();
        _ = computes(&store, &object, 1);
        drop(store);
        assert!(computes(&clone, &object, 2));
        drop(clone);
        assert_eq!(line.engine.len(), 2, "what waited was written");
        let calls = line.calls();
        // Whatever is let go now is told to nobody.
        drop(object);
        thread::sleep(Duration::from_millis(50));
        assert_eq!(line.calls(), calls);
    });
}

#[test]
fn what_is_to_be_released_while_nobody_answers_is_bounded() {
    watchdog(|| {
        let engine = Memory::new();
        let line = Line::to(&engine);
        let (store, lives, dies) = (process(line.clone()), Object::default(), Object::default());
        _ = (computes(&store, &lives, 1), computes(&store, &dies, 2));
        flush(&store);
        line.cut(true);
        drop(dies);
        for n in 0..300_000 {
            drop(begin(&store, &lives, n + 10, CALL));
        }
        until("it has given them up", || store.stats().to_release < 1 << 18);
        line.cut(false);
        until("it holds what lives, and what died goes with the former lease", || {
            engine.len() == 1 && engine.holds() == 1 && store.stats().to_release == 0
        });
        assert!(!computes(&store, &lives, 1));
    });
}

/// Else one collector could delete no more than some hundred entries a second, and a fleet that writes more would fill its store.
#[test]
fn a_collector_that_did_not_come_to_an_end_goes_on_at_the_next_turn() {
    let (hands, since, grace) = (Hands::default(), Instant::now(), Duration::from_secs(600));
    let engine = Memory::with_clock(hands.clock());
    let killed = Hold { holder: Holder(1), number: 1, lease: LEASE, claim: Duration::ZERO };
    for n in 0..40_000_u128 {
        engine.put(Key::from_bytes(n.to_le_bytes()), b"", killed).unwrap();
    }
    hands.set(LEASE.as_millis() as u64);
    while engine.collect(1000, grace).unwrap().more {}
    assert_eq!((engine.len(), engine.idle()), (40_000, 40_000));
    hands.set((LEASE + grace).as_millis() as u64);
    let time = hands.clone();
    let mut store = Simulated::new(builder(engine.clone()).grace(grace), Holder(0), move || time.instant(since));
    let due = store.turn(hands.instant(since));
    assert!(!engine.is_empty(), "one pass is bounded");
    store.turn(due);
    assert!(engine.is_empty(), "{} are left", engine.len());
}
