//! Entries are bytes, any of them.

use memo_store::engine::{Engine, Found};

use super::server::Server;
use super::{hold, key};
use crate::watchdog::watchdog;

#[test]
fn any_bytes_come_back() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        let all: Vec<u8> = (0..=255).collect();
        let mut large = vec![0; 1 << 20];
        fastrand::Rng::with_seed(1).fill(&mut large);
        let entries = [all, Vec::new(), large, b"\r\n$-1\r\n".to_vec()];
        for (number, entry) in (0..).zip(&entries) {
            engine.put(key(number), entry, hold(1, 1)).unwrap();
            assert!(engine.get(key(number), hold(2, 1)).unwrap() == Found::Entry(entry.clone()), "{number}");
        }
    });
}

#[test]
fn only_the_same_bytes_are_discarded() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let engine = server.engine();
        engine.put(key(1), b"good", hold(1, 1)).unwrap();
        for other in [&b"goo"[..], b"goods", b"", b"Good", b"good\0"] {
            engine.discard(key(1), other).unwrap();
            assert_eq!(engine.get(key(1), hold(1, 2)).unwrap(), Found::Entry(b"good".to_vec()));
        }
        engine.discard(key(1), b"good").unwrap();
        assert_eq!(engine.get(key(1), hold(1, 3)).unwrap(), Found::Nothing);
        engine.discard(key(1), b"").unwrap();
        engine.put(key(2), b"", hold(1, 4)).unwrap();
        engine.discard(key(2), b"").unwrap();
        assert_eq!(engine.get(key(2), hold(1, 5)).unwrap(), Found::Nothing);
    });
}

#[test]
fn the_first_entry_is_kept() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let (first, second) = (server.engine(), server.engine());
        first.put(key(1), b"first", hold(1, 1)).unwrap();
        second.put(key(1), b"second", hold(2, 1)).unwrap();
        assert_eq!(first.get(key(1), hold(1, 2)).unwrap(), Found::Entry(b"first".to_vec()));
    });
}

#[test]
fn another_prefix_is_another_store() {
    watchdog(|| {
        let Some(server) = Server::start() else { return };
        let (one, other) = (server.engine().prefix("one"), server.engine().prefix("other}"));
        one.put(key(1), b"one", hold(1, 1)).unwrap();
        assert_eq!(other.get(key(1), hold(1, 2)).unwrap(), Found::Nothing);
        other.put(key(1), b"other", hold(1, 2)).unwrap();
        assert_eq!(one.get(key(1), hold(1, 2)).unwrap(), Found::Entry(b"one".to_vec()));
        let names: Vec<Vec<u8>> = server.run("KEYS *");
        assert!(names.iter().all(|name| name.starts_with(b"{one}:") || name.starts_with(b"{other%7D}:")));
    });
}
