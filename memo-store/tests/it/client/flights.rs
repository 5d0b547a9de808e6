//! One compute for all processes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use memo_store::engine::{Faulty, Memory};

use crate::support::{CALL, Object, ask, begin, builder, computes, flush, process, squared, until};
use crate::watchdog::watchdog;

#[test]
fn who_asks_meanwhile_waits_for_the_one_that_computes() {
    watchdog(|| {
        let engine = Memory::new();
        let (ran, start) = (AtomicUsize::new(0), Barrier::new(4));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let store = builder(engine.clone()).wait(Duration::from_secs(20)).open().unwrap();
                    let object = Object::default();
                    start.wait();
                    let value = ask(&store, &object, 7, || {
                        ran.fetch_add(1, Ordering::Relaxed);
                        thread::sleep(Duration::from_millis(50));
                        squared(7)
                    });
                    assert_eq!(value, squared(7));
                });
            }
        });
        assert_eq!(ran.into_inner(), 1);
    });
}

#[test]
fn who_has_waited_long_enough_computes_for_itself() {
    watchdog(|| {
        let engine = Memory::new();
        let (one, other) = (process(engine.clone()), builder(engine).wait(Duration::from_millis(30)).open().unwrap());
        let object = Object::default();
        // It computes for ever.
        let mut stuck = begin(&one, &object, 7, CALL);
        assert!(stuck.find().is_none());
        assert!(computes(&other, &object, 7));
        assert_eq!((other.stats().waits, other.stats().waits_in_vain), (1, 1));
        flush(&other);
        // Its own result, later, is the same, and the first is kept.
        stuck.end(&squared(7));
        flush(&one);
        assert!(!computes(&one, &object, 7));
    });
}

#[test]
fn a_claim_runs_out() {
    watchdog(|| {
        let engine = Memory::new();
        let claim = Duration::from_millis(50);
        let one = builder(engine.clone()).claim(claim).open().unwrap();
        let other = builder(engine).wait(Duration::from_secs(20)).open().unwrap();
        let object = Object::default();
        let mut killed = begin(&one, &object, 7, CALL);
        assert!(killed.find().is_none());
        assert!(computes(&other, &object, 7));
        assert_eq!(other.stats().waits_in_vain, 0, "the claim was its own then");
        drop(killed);
    });
}

#[test]
fn a_body_that_panics_gives_its_claim_back_and_holds_nothing() {
    watchdog(|| {
        let engine = Memory::new();
        let long = Duration::from_secs(1000);
        let [one, other] = [(); 2].map(|()| builder(engine.clone()).claim(long).wait(long).open().unwrap());
        let object = Object::default();
        let panicked = catch_unwind(AssertUnwindSafe(|| ask(&one, &object, 7, || panic!("in the body"))));
        assert!(panicked.is_err());
        flush(&one);
        assert!(computes(&other, &object, 7));
        assert_eq!(one.stats().held, 0);
        flush(&other);
        assert_eq!((engine.len(), engine.holds()), (1, 1));
    });
}

#[test]
fn futures_wait_without_a_thread() {
    watchdog(|| {
        let engine = Memory::new();
        let one = process(engine.clone());
        let other = builder(engine.clone()).wait(Duration::from_secs(20)).open().unwrap();
        let object = Object::default();
        let mut computing = begin(&one, &object, 7, CALL);
        assert!(computing.find().is_none());
        let mut looks: Vec<_> = (0..200).map(|_| begin(&other, &object, 7, CALL)).collect();
        let all = futures::future::join_all(looks.iter_mut().map(|look| look.find_later()));
        let waiting = other.clone();
        let ender = thread::spawn(move || {
            until("all wait", || waiting.stats().waits == 200);
            computing.end(&squared(7));
        });
        let found = futures::executor::block_on(all);
        assert!(found.iter().all(|value| value.as_deref() == Some(squared(7).as_str())));
        ender.join().unwrap();
        assert_eq!((other.stats().hits, other.stats().waits), (200, 200));
        drop((looks, object));
        flush(&other);
        until("all is let go", || other.stats().held == 0);
        _ = Arc::new(one);
    });
}

#[test]
fn a_dropped_future_holds_nothing() {
    let engine = Memory::new();
    let (store, object) = (process(engine.clone()), Object::default());
    for n in 0..50 {
        let mut look = begin(&store, &object, n, CALL);
        let mut future = Box::pin(look.find_later());
        let waker = futures::task::noop_waker();
        _ = future.as_mut().poll(&mut std::task::Context::from_waker(&waker));
    }
    flush(&store);
    assert_eq!((store.stats().held, engine.holds()), (0, 0));
}

#[test]
fn a_dropped_future_is_released_once_its_call_has_ended() {
    watchdog(|| {
        let engine = Memory::new();
        let (before, object) = (process(engine.clone()), Object::default());
        _ = (computes(&before, &object, 1), flush(&before));
        drop((before, object));
        let slow = Faulty::new(engine.clone(), 1, 1.0, 100).slow(Duration::from_millis(1));
        let (store, object) = (process(slow), Object::default());
        for _ in 0..200 {
            let mut look = begin(&store, &object, 1, CALL);
            let mut future = Box::pin(look.find_later());
            let waker = futures::task::noop_waker();
            _ = future.as_mut().poll(&mut std::task::Context::from_waker(&waker));
        }
        until("nothing is held", || store.stats().held == 0 && store.stats().to_release == 0 && engine.holds() == 0);
    });
}

#[test]
fn a_wait_without_end_is_one_of_a_day() {
    let (store, object) = (builder(Memory::new()).wait(Duration::MAX).open().unwrap(), Object::default());
    assert!(computes(&store, &object, 1) && store.flush(Duration::MAX));
}
