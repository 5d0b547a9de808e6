//! What is found, and how long it stays.

use memo_store::engine::Memory;

use crate::support::{GRACE, Hands, LEASE, Line, Object, builder, computes, flush, process, until};
use crate::watchdog::watchdog;

#[test]
fn what_one_process_computed_the_others_find() {
    let engine = Memory::new();
    let (one, other) = (process(engine.clone()), process(engine.clone()));
    let object = Object::default();
    assert!((1..=100).all(|n| computes(&one, &object, n)));
    flush(&one);
    assert!(!(1..=100).any(|n| computes(&other, &object, n)));
    assert_eq!((one.stats().puts, other.stats().hits, other.stats().puts), (100, 100, 0));
    assert_eq!((engine.len(), engine.holds()), (100, 200), "held by those who read as by those who wrote");
}

#[test]
fn results_go_a_grace_time_after_the_last_object() {
    watchdog(|| {
        let engine = Memory::new();
        let (one, other) = (process(engine.clone()), process(engine.clone()));
        let (mine, theirs) = (Object::default(), Object::default());
        _ = (computes(&one, &mine, 1), flush(&one), computes(&other, &theirs, 1));
        drop(mine);
        flush(&one);
        assert_eq!(engine.holds(), 1);
        std::thread::sleep(GRACE * 3);
        assert_eq!(engine.len(), 1, "the other process has one that lives");
        drop(theirs);
        flush(&other);
        assert_eq!((engine.holds(), engine.len()), (0, 1), "not before the grace time");
        until("it is deleted", || engine.is_empty());
        assert_eq!(one.stats().collected + other.stats().collected, 1);
    });
}

#[test]
fn what_lives_is_kept_for_many_leases() {
    watchdog(|| {
        let engine = Memory::new();
        let (store, object) = (process(engine.clone()), Object::default());
        _ = (computes(&store, &object, 1), flush(&store));
        std::thread::sleep((LEASE + GRACE) * 4);
        assert_eq!((engine.len(), store.stats().lapses), (1, 0));
        assert!(store.stats().renewals >= 4);
    });
}

#[test]
fn a_process_that_is_started_again_computes_nothing_within_the_grace_time() {
    let engine = Memory::new();
    let (before, object) = (builder(engine.clone()).grace(GRACE * 100).open().unwrap(), Object::default());
    (1..=50).for_each(|n| assert!(computes(&before, &object, n)));
    // What waits is written.
    drop(before);
    drop(object);
    let (again, object) = (builder(engine.clone()).grace(GRACE * 100).open().unwrap(), Object::default());
    assert!(!(1..=50).any(|n| computes(&again, &object, n)));
    assert_eq!(engine.len(), 50);
}

#[test]
fn what_a_killed_process_held_goes_after_its_lease_and_the_grace_time() {
    watchdog(|| {
        let (engine, hands) = {
            let hands = Hands::default();
            (Memory::with_clock(hands.clock()), hands)
        };
        let line = Line::to(&engine);
        let killed = process(line.clone());
        let (object, others) = (Object::default(), Object::default());
        _ = (computes(&killed, &object, 1), computes(&killed, &object, 2), flush(&killed));
        let other = process(engine.clone());
        assert!(!computes(&other, &others, 2));
        line.cut(true);
        // The survivor renews its lease all the time, in the engine's.
        let lease = LEASE.as_millis() as u64;
        for now in 0..20 {
            hands.set(now * lease / 4);
            let renewals = other.stats().renewals;
            until("it is renewed", || other.stats().renewals > renewals);
        }
        until("what only it held is deleted", || engine.len() == 1);
        assert!(!computes(&other, &others, 2), "what the other one holds is there");
        assert_eq!(engine.holds(), 1);
    });
}

/// A process that was paused, or cut off, beyond its lease.
#[test]
fn who_comes_back_too_late_computes_again_and_takes_hold_of_what_is_left() {
    watchdog(|| {
        let engine = Memory::new();
        let line = Line::to(&engine);
        let (late, other) = (process(line.clone()), process(engine.clone()));
        let (object, others) = (Object::default(), Object::default());
        _ = (computes(&late, &object, 1), computes(&late, &object, 2), flush(&late), computes(&other, &others, 2));
        line.cut(true);
        until("its result is gone", || engine.len() == 1);
        line.cut(false);
        until("it knows", || late.stats().lapses == 1);
        until("it holds what is left", || engine.holds() == 2);
        drop(others);
        std::thread::sleep(GRACE * 3);
        assert!(!computes(&late, &Object::default(), 2), "it holds it again");
        assert!(computes(&late, &object, 1), "the other is only computed again");
    });
}

#[test]
fn an_object_that_has_a_result_twice_holds_it_once() {
    let engine = Memory::new();
    let (store, object) = (process(engine.clone()), Object::default());
    // As where the process had evicted it.
    _ = (computes(&store, &object, 1), flush(&store));
    assert!(!computes(&store, &object, 1) && !computes(&store, &object, 1));
    assert_eq!(store.stats().held, 1);
    let another = Object::default();
    assert!(!computes(&store, &another, 1));
    drop(object);
    flush(&store);
    assert_eq!(engine.holds(), 1, "another object needs it");
    drop(another);
    flush(&store);
    assert_eq!((engine.holds(), store.stats().held, store.stats().to_release), (0, 0, 0));
}

#[test]
fn another_version_or_name_is_another_result() {
    let engine = Memory::new();
    let (store, object) = (process(engine.clone()), Object::default());
    use crate::support::{CALL, begin};
    use memo_store::__private::Call;
    _ = (computes(&store, &object, 1), flush(&store));
    assert!(begin(&store, &object, 1, CALL).find().is_some());
    for other in [Call { version: 2, ..CALL }, Call { name: "cubed", ..CALL }, Call { path: "others", ..CALL }] {
        assert!(begin(&store, &object, 1, other).find().is_none(), "{other:?}");
    }
}
