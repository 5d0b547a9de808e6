//! Rows on the server that the engine did not write.

use std::time::Duration;

use memo_store::engine::{Engine, Fault, FaultKind, Found, Redis};

use super::server::Server;
use super::{MINUTE, hold, holder, key};
use crate::watchdog::watchdog;

fn name(kind: &str, of: &[u8]) -> Vec<u8> {
    [b"{memo}:", kind.as_bytes(), of].concat()
}

/// All of the names that calls for this key and holder come upon.
fn names() -> Vec<Vec<u8>> {
    let (key, holder) = (key(1), holder(1).0.to_be_bytes());
    let of_key = ["entry:", "holds:", "claim:"].map(|kind| name(kind, key.as_bytes()));
    let of_all = ["idle", "leases", "lapsed", "doomed"].map(|kind| name(kind, b""));
    of_key.into_iter().chain(of_all).chain([name("held:", &holder)]).collect()
}

fn call_all(engine: &Redis) -> Vec<Result<(), Fault>> {
    vec![
        engine.get(key(1), hold(1, 1)).map(drop),
        engine.put(key(1), b"entry", hold(1, 2)),
        engine.renew(holder(1), MINUTE, &[(key(1), 3)]).map(drop),
        engine.release(holder(1), &[(key(1), 4)]),
        engine.collect(10, Duration::ZERO).map(drop),
        engine.collect(10, Duration::ZERO).map(drop),
        engine.discard(key(1), b"entry"),
        engine.renew(holder(1), Duration::ZERO, &[]).map(drop),
    ]
}

#[test]
fn what_is_of_another_type_is_damaged() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let mut connection = server.connection();
        for name in names() {
            server.run::<()>("FLUSHALL");
            ::redis::cmd("RPUSH").arg(&name).arg("a list").exec(&mut connection).unwrap();
            let faults: Vec<_> = call_all(&engine).into_iter().filter_map(Result::err).collect();
            assert!(!faults.is_empty(), "{:?} is met", name.escape_ascii().to_string());
            assert!(faults.iter().all(|fault| fault.kind() == FaultKind::Damaged), "{faults:?}");
        }
        server.run::<()>("FLUSHALL");
        assert!(call_all(&engine).iter().all(Result::is_ok), "it is as good as new");
    });
}

#[test]
fn what_is_no_number_or_time_is_survived() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let mut connection = server.connection();
        let holder = holder(1).0.to_be_bytes();
        for junk in [&b""[..], b"x", b"-1", b"1e400", b"\0\xff", &[b'9'; 100]] {
            server.run::<()>("FLUSHALL");
            ::redis::cmd("HSET")
                .arg(name("holds:", key(1).as_bytes()))
                .arg(&holder)
                .arg(junk)
                .exec(&mut connection)
                .unwrap();
            ::redis::cmd("SET").arg(name("claim:", key(1).as_bytes())).arg(junk).exec(&mut connection).unwrap();
            for row in ["idle", "leases"] {
                for score in ["-inf", "inf", "-1e300"] {
                    ::redis::cmd("ZADD").arg(name(row, b"")).arg(score).arg(junk).exec(&mut connection).unwrap();
                    call_all(&engine);
                }
            }
        }
    });
}

/// Each step looks at the holds again: an idle row alone is no reason.
#[test]
fn what_is_held_is_not_deleted_whatever_the_other_rows_say() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        engine.put(key(1), b"entry", hold(1, 1)).unwrap();
        let mut connection = server.connection();
        ::redis::cmd("ZADD").arg("{memo}:idle").arg(1).arg(key(1).as_bytes()).exec(&mut connection).unwrap();
        ::redis::cmd("SADD").arg("{memo}:doomed").arg(key(1).as_bytes()).exec(&mut connection).unwrap();
        assert_eq!(engine.collect(10, Duration::ZERO).unwrap(), Default::default());
        assert_eq!(engine.get(key(1), hold(2, 1)).unwrap(), Found::Entry(b"entry".to_vec()));
        assert_eq!(server.run::<u64>("EXISTS {memo}:idle {memo}:doomed"), 0);
    });
}

/// As after evictions.
#[test]
fn an_entry_that_the_server_has_lost_is_not_collected_once_more() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        engine.put(key(1), b"entry", hold(1, 1)).unwrap();
        ::redis::cmd("DEL").arg(name("entry:", key(1).as_bytes())).exec(&mut server.connection()).unwrap();
        engine.release(holder(1), &[(key(1), 2)]).unwrap();
        engine.renew(holder(1), Duration::ZERO, &[]).unwrap();
        assert_eq!(engine.collect(10, Duration::ZERO).unwrap(), Default::default());
        assert_eq!(server.size(), 0);
    });
}

/// What is left of it must neither stay nor come in the way.
#[test]
fn an_entry_that_the_server_has_lost_is_written_anew() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        engine.put(key(1), b"entry", hold(1, 1)).unwrap();
        ::redis::cmd("DEL").arg(name("entry:", key(1).as_bytes())).exec(&mut server.connection()).unwrap();
        assert_eq!(engine.get(key(1), hold(2, 1)).unwrap(), Found::Nothing);
        engine.put(key(1), b"entry", hold(2, 2)).unwrap();
        assert_eq!(engine.get(key(1), hold(1, 2)).unwrap(), Found::Entry(b"entry".to_vec()));
        for of in 1..3 {
            engine.release(holder(of), &[(key(1), 9)]).unwrap();
            engine.renew(holder(of), Duration::ZERO, &[]).unwrap();
        }
        while engine.collect(10, Duration::ZERO).unwrap().more {}
        assert_eq!(server.size(), 0);
    });
}
