//! Processes that share a server.

use std::thread;
use std::time::Instant;

use super::worker::Worker;
use super::{GRACE, soak};
use crate::redis::server::Server;
use crate::support::until;
use crate::watchdog::watchdog;

fn with_server(test: impl FnOnce(&mut Server, &str) + Send) {
    watchdog(|| {
        let Some(mut server) = Server::start() else { return };
        let url = format!("redis://127.0.0.1:{}", server.port);
        test(&mut server, &url);
    });
}

/// Somebody has to look, who has a lease: two rows. An entry has two, too, and one for all that are idle.
fn is_empty_in_time(server: &Server, url: &str) {
    let last = Worker::start(url);
    until("nothing is left", || server.size() <= 2);
    last.end();
}

#[test]
fn the_second_computes_nothing_and_a_kill_takes_nothing_from_it() {
    with_server(|server, url| {
        let (mut one, mut other) = (Worker::start(url), Worker::start(url));
        assert_eq!(one.ask("compute", 50), [50, 0]);
        assert_eq!(other.ask("compute", 50), [0, 50]);
        one.kill();
        thread::sleep(GRACE * 3);
        let mut third = Worker::start(url);
        assert_eq!(third.ask("compute", 50), [0, 50], "the other one has objects that live");
        assert_eq!((other.ask("forget", 0), third.ask("forget", 0)), (vec![0], vec![0]));
        is_empty_in_time(server, url);
        other.end();
        third.end();
    });
}

#[test]
fn one_that_is_started_again_computes_nothing() {
    with_server(|server, url| {
        let mut before = Worker::start(url);
        assert_eq!(before.ask("compute", 50), [50, 0]);
        before.end();
        let mut again = Worker::start(url);
        assert_eq!(again.ask("compute", 50), [0, 50]);
        again.kill();
        let mut again = Worker::start(url);
        assert_eq!(again.ask("compute", 50), [0, 50], "after a kill, too");
        again.end();
        is_empty_in_time(server, url);
    });
}

/// With kills by chance, and a server that is started again now and then. Longer: `MEMO_STORE_SOAK=600 cargo test -p memo-store --features redis -- a_fleet`.
#[test]
fn a_fleet_gives_no_wrong_answer_and_leaves_nothing() {
    let time = soak();
    let test = |server: &mut Server, url: &str| {
        let (mut random, started) = (fastrand::Rng::new(), Instant::now());
        let start = || {
            let mut worker = Worker::start(url);
            worker.tell("soak", time.saturating_sub(started.elapsed()).as_millis() as u64);
            worker
        };
        let mut fleet: Vec<_> = (0..3).map(|_| start()).collect();
        while started.elapsed() < time {
            thread::sleep(std::time::Duration::from_millis(random.u64(200..600)));
            let killed = random.usize(..fleet.len());
            std::mem::replace(&mut fleet[killed], start()).kill();
            match random.u8(..6) {
                0 => server.restart(),
                1 => {
                    server.hang();
                    thread::sleep(std::time::Duration::from_millis(random.u64(..500)));
                    server.go_on();
                }
                _ => {}
            }
        }
        for mut worker in fleet {
            worker.soaked();
            worker.end();
        }
        is_empty_in_time(server, url);
    };
    if std::env::var_os("MEMO_STORE_SOAK").is_none() {
        return with_server(test);
    }
    // Longer than the watchdog waits.
    if let Some(mut server) = Server::start() {
        let url = format!("redis://127.0.0.1:{}", server.port);
        test(&mut server, &url);
    }
}
