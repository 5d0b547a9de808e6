//! Several processes at one time: an engine for each.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use memo_store::engine::{Engine, Found, Hold};

use super::server::Server;
use super::{hold, holder, key};
use crate::watchdog::{in_time, watchdog};

#[test]
fn one_of_those_who_miss_computes() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let start = Barrier::new(4);
        let found = thread::scope(|scope| {
            let racing = (1..5).map(|of| {
                let (engine, start) = (server.engine(), &start);
                scope.spawn(move || {
                    (0..100)
                        .map(|number| (start.wait(), engine.get(key(number), hold(of, 1)).unwrap()).1)
                        .collect::<Vec<_>>()
                })
            });
            racing.collect::<Vec<_>>().into_iter().map(|racer| racer.join().unwrap()).collect::<Vec<_>>()
        });
        for number in 0..100 {
            let nothing = found.iter().filter(|found| found[number] == Found::Nothing).count();
            let busy = found.iter().filter(|found| found[number] == Found::Busy).count();
            assert_eq!((nothing, busy), (1, 3));
        }
    });
}

#[test]
fn a_claim_that_runs_out_is_given_on() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let (one, other) = (server.engine(), server.engine());
        let short = Hold { claim: Duration::from_millis(200), ..hold(1, 1) };
        // It may have run out before the other asks, on a machine with much to do.
        in_time(|| {
            server.run::<()>("FLUSHALL");
            assert_eq!(one.get(key(1), short).unwrap(), Found::Nothing);
            other.get(key(1), hold(2, 1)).unwrap() == Found::Busy
        });
        in_time(|| other.get(key(1), hold(2, 1)).unwrap() == Found::Nothing);
        assert_eq!(one.get(key(1), short).unwrap(), Found::Busy);
        // It decides nothing: who lost it may write.
        one.put(key(1), b"entry", hold(1, 2)).unwrap();
        assert_eq!(other.get(key(1), hold(2, 2)).unwrap(), Found::Entry(b"entry".to_vec()));
    });
}

#[test]
fn a_claim_ends_with_the_release_of_its_holder_alone() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        assert_eq!(engine.get(key(1), hold(1, 1)).unwrap(), Found::Nothing);
        engine.release(holder(2), &[(key(1), 9)]).unwrap();
        assert_eq!(engine.get(key(1), hold(2, 10)).unwrap(), Found::Busy);
        engine.release(holder(1), &[(key(1), 2)]).unwrap();
        assert_eq!(engine.get(key(1), hold(2, 11)).unwrap(), Found::Nothing);
    });
}

/// Four take and let go of the same entries, as fast as they can, while two collect whatever is idle.
#[test]
fn what_is_held_stays_while_others_collect() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                let (engine, done) = (server.engine(), &done);
                scope.spawn(move || {
                    while !done.load(Ordering::Relaxed) {
                        engine.collect(3, Duration::ZERO).unwrap();
                    }
                });
            }
            let holders = (1..5).map(|of| {
                let engine = server.engine();
                scope.spawn(move || {
                    let mut rng = fastrand::Rng::with_seed(of.into());
                    for round in 0..400 {
                        let (key, number) = (key(rng.u8(0..4)), round * 10);
                        if engine.get(key, hold(of, number)).unwrap() != Found::Entry(b"entry".to_vec()) {
                            engine.put(key, b"entry", hold(of, number + 1)).unwrap();
                        }
                        for later in 2..5 {
                            let found = engine.get(key, hold(of, number + later)).unwrap();
                            assert_eq!(found, Found::Entry(b"entry".to_vec()), "round {round} of {of}");
                        }
                        engine.release(holder(of), &[(key, number + 5)]).unwrap();
                    }
                })
            });
            let ended: Vec<_> = holders.collect::<Vec<_>>().into_iter().map(|holder| holder.join()).collect();
            done.store(true, Ordering::Relaxed);
            ended.into_iter().for_each(|ended| ended.unwrap());
        });
    });
}

#[test]
fn few_connections_are_kept() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let start = Barrier::new(24);
        thread::scope(|scope| {
            for _ in 0..24 {
                scope.spawn(|| {
                    start.wait();
                    (0..20).for_each(|number| _ = engine.get(key(number), hold(1, 1)).unwrap());
                });
            }
        });
        let connections = || server.run::<String>("CLIENT LIST").lines().count();
        // And the one that asks.
        in_time(|| connections() <= 8 + 1);
        let total = || -> String { server.run("INFO stats") };
        let before = total();
        let made = |info: &str| -> u64 {
            info.lines().find_map(|line| line.strip_prefix("total_connections_received:")).unwrap().parse().unwrap()
        };
        (0..20).for_each(|number| _ = engine.get(key(number), hold(1, 1)).unwrap());
        assert_eq!(made(&total()), made(&before) + 1, "kept ones are used again");
    });
}
