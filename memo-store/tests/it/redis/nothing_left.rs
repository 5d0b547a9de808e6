//! What nobody holds leaves nothing on the server: not a row.

use std::time::Duration;

use memo_store::Key;
use memo_store::engine::{Engine, Found, Hold, Redis};

use super::server::Server;
use super::{MINUTE, hold, holder, key};
use crate::watchdog::{in_time, watchdog};

fn collect_all(engine: &Redis) -> usize {
    let mut deleted = 0;
    loop {
        let step = engine.collect(7, Duration::ZERO).unwrap();
        deleted += step.deleted;
        if !step.more {
            return deleted;
        }
    }
}

#[test]
fn what_was_released_leaves_nothing() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        for number in 0..50 {
            for of in 1..4 {
                engine.put(key(number), b"entry", hold(of, 1)).unwrap();
            }
        }
        assert_eq!(collect_all(&engine), 0, "all are held");
        let all: Vec<_> = (0..50).map(|number| (key(number), 2)).collect();
        for of in 1..4 {
            engine.release(holder(of), &all).unwrap();
            engine.renew(holder(of), Duration::ZERO, &[]).unwrap();
        }
        assert_eq!(collect_all(&engine), 50);
        assert_eq!(server.size(), 0);
    });
}

#[test]
fn who_was_killed_leaves_nothing_when_its_lease_has_run_out() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let short = |of| Hold { lease: Duration::from_millis(30), ..hold(of, 1) };
        for number in 0..50 {
            engine.put(key(number), b"entry", short(1)).unwrap();
            engine.get(key(number), short(2)).unwrap();
        }
        in_time(|| {
            collect_all(&engine);
            server.size() == 0
        });
    });
}

#[test]
fn what_was_claimed_and_never_written_leaves_nothing() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let claim = |claim| Hold { claim, ..hold(1, 1) };
        assert_eq!(engine.get(key(1), claim(Duration::from_millis(30))).unwrap(), Found::Nothing);
        assert_eq!(engine.get(key(2), claim(MINUTE)).unwrap(), Found::Nothing);
        assert_eq!(engine.get(key(3), claim(Duration::ZERO)).unwrap(), Found::Nothing);
        engine.release(holder(1), &[(key(2), 2)]).unwrap();
        in_time(|| server.size() == 0);
    });
}

#[test]
fn what_was_discarded_leaves_nothing_of_its_holders() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        for of in 1..4 {
            engine.put(key(1), b"damaged", hold(of, 1)).unwrap();
        }
        engine.discard(key(1), b"damaged").unwrap();
        (1..4).for_each(|of| _ = engine.renew(holder(of), Duration::ZERO, &[]).unwrap());
        assert_eq!(collect_all(&engine), 0);
        assert_eq!(server.size(), 0);
    });
}

/// More keys than go in one script.
#[test]
fn many_are_held_and_let_go_in_one_call() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let many: Vec<_> = (0..1234u32)
            .map(|number| {
                let mut bytes = [7; 16];
                bytes[..4].copy_from_slice(&number.to_le_bytes());
                Key::from_bytes(bytes)
            })
            .collect();
        many.iter().for_each(|key| engine.put(*key, b"", hold(1, 1)).unwrap());
        let with = |number| many.iter().map(|key| (*key, number)).collect::<Vec<_>>();
        engine.renew(holder(2), MINUTE, &with(1)).unwrap();
        engine.release(holder(1), &with(2)).unwrap();
        assert_eq!(collect_all(&engine), 0, "the second has all");
        engine.release(holder(2), &with(2)).unwrap();
        assert_eq!(collect_all(&engine), many.len());
    });
}
