//! What befalls a server.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use memo_store::engine::{Engine, Fault, FaultKind, Found, Redis, Renewed};

use super::server::{Server, engine_at, free_port};
use super::{MINUTE, hold, holder, key};
use crate::watchdog::{in_time, watchdog};

/// Each kind of call.
fn call_all(engine: &Redis) -> [Result<(), Fault>; 6] {
    [
        engine.get(key(1), hold(1, 1)).map(drop),
        engine.put(key(1), b"entry", hold(1, 2)),
        engine.renew(holder(1), MINUTE, &[(key(1), 3)]).map(drop),
        engine.release(holder(1), &[(key(1), 4)]),
        engine.discard(key(1), b"entry"),
        engine.collect(10, MINUTE).map(drop),
    ]
}

#[track_caller]
fn assert_all(engine: &Redis, kind: FaultKind) {
    for (at, answer) in call_all(engine).into_iter().enumerate() {
        let fault = answer.expect_err("a fault");
        assert_eq!(fault.kind(), kind, "call {at}: {fault}");
    }
}

/// With several connections that are kept.
fn warm_up(engine: &Redis) {
    let start = Barrier::new(6);
    thread::scope(|scope| {
        for of in 1..7 {
            let start = &start;
            scope.spawn(move || {
                for number in 0..20 {
                    start.wait();
                    engine.get(key(number), hold(of, 1)).unwrap();
                }
            });
        }
    });
}

#[test]
fn what_is_no_url_is_told_without_its_password() {
    for url in ["", "localhost", "http://:secret@localhost", "redis://:secret@[", "rediss://:secret@localhost"] {
        let err = Redis::open(url).expect_err(url);
        assert_eq!(err.kind(), std::io::ErrorKind::InvalidInput);
        assert!(err.to_string().contains("redis://") && !err.to_string().contains("secret"), "{err}");
    }
    let engine = Redis::open("redis://me:secret@localhost:1").unwrap();
    assert!(!format!("{engine:?}").contains("secret"), "{engine:?}");
}

#[test]
fn a_server_that_is_down_at_first_is_found_when_it_comes() {
    watchdog(|| {
        let port = free_port();
        let engine = engine_at(port);
        assert_all(&engine, FaultKind::Down);
        let Some(_server) = Server::start_at(port) else { return };
        assert!(call_all(&engine).iter().all(Result::is_ok));
    });
}

#[test]
fn a_server_that_goes_down_is_found_when_it_comes_again_empty() {
    watchdog(|| {
        let Some(mut server) = Server::start() else { return };
        let engine = server.engine();
        warm_up(&engine);
        engine.put(key(1), b"entry", hold(1, 2)).unwrap();
        server.kill();
        assert_all(&engine, FaultKind::Down);
        server.restart();
        assert_eq!(engine.get(key(1), hold(1, 3)).unwrap(), Found::Nothing);
    });
}

#[test]
fn a_restart_between_two_calls_is_no_fault() {
    watchdog(|| {
        let Some(mut server) = Server::start() else { return };
        let engine = server.engine();
        for round in 0..3 {
            warm_up(&engine);
            engine.put(key(1), b"entry", hold(1, 2)).unwrap();
            engine.renew(holder(1), MINUTE, &[]).unwrap();
            assert_eq!(engine.renew(holder(1), MINUTE, &[]).unwrap(), Renewed::InTime);
            server.restart();
            match round {
                0 => assert_eq!(engine.get(key(1), hold(1, 3)).unwrap(), Found::Nothing),
                1 => assert_eq!(engine.renew(holder(1), MINUTE, &[]).unwrap(), Renewed::Lapsed),
                _ => assert!(call_all(&engine).iter().all(Result::is_ok)),
            }
            // All that is kept is as good as the first.
            let kept = Barrier::new(6);
            thread::scope(|scope| {
                for of in 1..7 {
                    let (kept, engine) = (&kept, &engine);
                    scope.spawn(move || {
                        kept.wait();
                        engine.get(key(2), hold(of, 3)).unwrap();
                    });
                }
            });
        }
    });
}

#[test]
fn with_one_lost_connection_all_that_are_as_old_are_given_up() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        in_time(|| {
            warm_up(&engine);
            !format!("{engine:?}").contains("idle: 1")
        });
        server.run::<()>("CLIENT KILL TYPE normal SKIPME yes");
        engine.get(key(1), hold(1, 3)).unwrap();
        assert!(format!("{engine:?}").contains("idle: 1"), "{engine:?}");
    });
}

/// The first answer may have said that the lease had run out.
#[test]
fn a_renewal_whose_first_answer_was_lost_is_taken_for_a_lapse() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        engine.renew(holder(1), MINUTE, &[]).unwrap();
        assert_eq!(engine.renew(holder(1), MINUTE, &[]).unwrap(), Renewed::InTime);
        server.run::<()>("CLIENT KILL TYPE normal SKIPME yes");
        assert_eq!(engine.renew(holder(1), MINUTE, &[]).unwrap(), Renewed::Lapsed);
        assert_eq!(engine.renew(holder(1), MINUTE, &[]).unwrap(), Renewed::InTime);
    });
}

#[test]
fn a_server_that_hangs_costs_its_time_and_no_more() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine().timeout(Duration::from_millis(100));
        // With a connection that is kept, and without.
        in_time(|| call_all(&engine).iter().all(Result::is_ok));
        server.hang();
        let started = Instant::now();
        assert_all(&engine, FaultKind::Slow);
        let took = started.elapsed();
        server.go_on();
        assert!(took >= Duration::from_millis(600), "six calls took {took:?}");
        assert!(took < Duration::from_secs(10), "six calls took {took:?}");
        in_time(|| call_all(&engine).iter().all(Result::is_ok));
    });
}

/// It refuses what is new, and all else goes on: so it can become empty again.
#[test]
fn a_full_server_writes_nothing_new_and_is_collected() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let entry = vec![7; 64 << 10];
        engine.put(key(0), &entry, hold(1, 1)).unwrap();
        server.run::<()>("CONFIG SET maxmemory-policy noeviction maxmemory 4mb");
        let full = (1..100).find_map(|number| Some((number, engine.put(key(number), &entry, hold(1, 1)).err()?)));
        let (number, fault) = full.expect("it is full");
        assert_eq!(fault.kind(), FaultKind::Full, "{fault}");

        // One that has sent no script yet.
        let engine = server.engine();
        server.run::<()>("SCRIPT FLUSH");
        server.run::<()>("CONFIG SET maxmemory 1mb");
        assert_eq!(engine.get(key(number), hold(1, 2)).unwrap(), Found::Nothing, "nothing of it is there");
        assert_eq!(engine.get(key(number), hold(2, 2)).unwrap(), Found::Busy);
        assert!(engine.get(key(0), hold(3, 1)).unwrap() == Found::Entry(entry.clone()));
        engine.put(key(0), &entry, hold(4, 1)).unwrap();
        assert_eq!(engine.renew(holder(5), MINUTE, &[(key(0), 1)]).unwrap(), Renewed::Lapsed);
        assert_eq!(engine.renew(holder(5), MINUTE, &[]).unwrap(), Renewed::InTime);
        engine.discard(key(0), &entry).unwrap();
        let all: Vec<_> = (0..number).map(|number| (key(number), 9)).collect();
        let (some, rest) = all.split_at(all.len() / 2);
        engine.release(holder(1), some).unwrap();
        for of in 1..6 {
            engine.renew(holder(of), Duration::ZERO, &[]).unwrap();
        }
        let mut deleted = 0;
        loop {
            let step = engine.collect(5, Duration::ZERO).unwrap();
            deleted += step.deleted;
            if !step.more {
                break;
            }
        }
        assert_eq!(deleted, some.len() + rest.len() - 1, "all but the one that was discarded");
        server.run::<()>("CONFIG SET maxmemory 4mb");
        // Its memory is given back a little later.
        in_time(|| engine.put(key(1), &entry, hold(1, 10)).is_ok());
    });
}

#[test]
fn who_may_not_ask_is_told_that_it_is_down() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        server.run::<()>("CONFIG SET requirepass secret");
        let with = |password| {
            let url = format!("redis://{password}127.0.0.1:{}", server.port);
            Redis::open(&url).unwrap().timeout(Duration::from_secs(20))
        };
        assert_all(&with(""), FaultKind::Down);
        assert_all(&with(":wrong@"), FaultKind::Down);
        assert!(call_all(&with(":secret@")).iter().all(Result::is_ok));
    });
}

/// Whatever else listens there. Each connection is given to `serve`, and closed.
fn impostor(serve: impl Fn(TcpStream) + Send + 'static) -> Redis {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().for_each(|stream| serve(stream.unwrap())));
    engine_at(port)
}

fn read_some(mut stream: &TcpStream) {
    _ = stream.read(&mut [0; 1 << 16]);
}

#[test]
fn who_speaks_otherwise_is_damaged() {
    watchdog(|| {
        let answers: [&[u8]; 5] =
            [b"HTTP/1.1 400 Bad Request\r\n\r\n", b":7\r\n", b"*1\r\n+x\r\n", b"+OK\r\n", b"$99999999999999999999\r\n"];
        for answer in answers {
            let engine = impostor(move |mut stream| {
                read_some(&stream);
                _ = stream.write_all(answer);
                // It ends when the engine has read it.
                read_some(&stream);
            });
            let fault = engine.get(key(1), hold(1, 1)).expect_err("a fault");
            assert_eq!(fault.kind(), FaultKind::Damaged, "{fault}");
            let fault = engine.collect(1, MINUTE).expect_err("a fault");
            assert_eq!(fault.kind(), FaultKind::Damaged, "{fault}");
        }
    });
}

#[test]
fn who_hangs_up_is_down() {
    watchdog(|| {
        assert_all(&impostor(drop), FaultKind::Down);
        assert_all(&impostor(|stream| read_some(&stream)), FaultKind::Down);
        let in_the_middle = impostor(|mut stream| {
            read_some(&stream);
            _ = stream.write_all(b"$100\r\nabc");
        });
        assert_all(&in_the_middle, FaultKind::Down);
    });
}

/// An answer that comes late must not be taken for that of the next call.
#[test]
fn a_connection_that_failed_is_not_used_again() {
    watchdog(|| {
        let first = AtomicBool::new(true);
        let engine = impostor(move |mut stream| {
            read_some(&stream);
            if first.swap(false, Ordering::SeqCst) {
                return std::mem::forget(stream);
            }
            _ = stream.write_all(b"$5\r\nentry\r\n");
        });
        let engine = engine.timeout(Duration::from_millis(200));
        assert_eq!(engine.get(key(1), hold(1, 1)).expect_err("a fault").kind(), FaultKind::Slow);
        in_time(|| engine.get(key(1), hold(1, 1)).is_ok_and(|found| found == Found::Entry(b"entry".to_vec())));
    });
}

#[test]
fn who_never_answers_is_slow() {
    watchdog(|| {
        let engine = impostor(std::mem::forget).timeout(Duration::from_millis(20));
        assert_all(&engine, FaultKind::Slow);
        let half = impostor(|mut stream| {
            _ = stream.write_all(b"$100\r\nabc");
            std::mem::forget(stream);
        });
        assert_all(&half.timeout(Duration::from_millis(20)), FaultKind::Slow);
    });
}
