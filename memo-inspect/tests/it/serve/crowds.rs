use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Answer, connect, get};
use crate::watchdog::watchdog;

/// They ask at once, and all get the figures of a few moments.
#[test]
fn a_hundred_pages_are_served_at_once() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let page = || assert!((0..5).all(|_| get(&server, "/api/memos").status == 200));
        thread::scope(|threads| {
            (0..100).for_each(|_| _ = threads.spawn(page));
        });
    });
}

/// Whether it is closed by now.
fn is_closed(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).expect("it can be asked");
    !matches!(stream.read(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

/// At once, and not when it has been idle for too long, which takes five seconds.
#[test]
fn a_new_connection_takes_the_place_of_the_one_that_was_idle_longest() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let silent: Vec<_> = (0..300).map(|_| connect(server.local_addr())).collect();
        let started = Instant::now();
        assert_eq!(get(&server, "/api/memos").status, 200);
        let closed: Vec<_> = silent.iter().map(is_closed).collect();
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        assert!(closed[..40].iter().all(|closed| *closed) && !closed[100..].iter().any(|closed| *closed));
    });
}

/// More than there may be, of whom nobody asks for anything: the oldest make room.
#[test]
fn a_thousand_silent_connections_keep_nobody_out() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let silent: Vec<_> = (0..1000).map(|_| connect(server.local_addr())).collect();
        assert_eq!(get(&server, "/api/memos").status, 200);
        let cut_off = silent.iter().take(700).filter(|stream| {
            let mut stream = *stream;
            stream.read(&mut [0]).unwrap_or(0) == 0
        });
        assert_eq!(cut_off.count(), 700);
    });
}

/// They get what they asked for, in whatever order it is read.
#[test]
fn a_thousand_connections_that_ask_are_all_answered() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let request =
            format!("GET /api/in-flight HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.local_addr());
        let ask = || {
            let mut stream = connect(server.local_addr());
            stream.write_all(request.as_bytes()).expect("it takes it");
            stream
        };
        let all: Vec<_> = (0..1000).map(|_| ask()).collect();
        for mut stream in all {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).expect("it is answered");
            assert_eq!(Answer::read(&bytes).expect("an answer").status, 200);
        }
    });
}
