//! Requests that nobody should send.

use std::io::Write;
use std::net::Shutdown;
use std::thread;

use memo_inspect::Server;

use crate::client::{connect, exchange, get};
use crate::watchdog::watchdog;

#[test]
fn what_is_no_request_is_refused_and_the_rest_is_served() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let long = "a".repeat(100_000);
        let many: String = (0..1000).map(|n| format!("h{n}: x\r\n")).collect();
        let odd = [
            format!("GET /{long} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            format!("GET /?{long} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            format!("{long} / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
            format!("GET / HTTP/1.1\r\nhost: localhost\r\n{many}\r\n"),
            format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {long}\r\n\r\n"),
            "GET / HTTP/9.9\r\nhost: localhost\r\n\r\n".into(),
            "GET\r\n\r\n".into(),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
            "CONNECT localhost:80 HTTP/1.1\r\nhost: localhost\r\n\r\n".into(),
            "OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".into(),
            "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n".into(),
            "GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n".into(),
            "GET / HTTP/1.1\r\nhost: localhost\r\nno colon\r\n\r\n".into(),
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}".into(),
            "\r\n\r\n\r\n".into(),
            "GET /api/memo?name=%ff%fe%00 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".into(),
        ];
        // Side by side: some are taken for slow, and cut off.
        thread::scope(|threads| {
            odd.iter().for_each(|request| _ = threads.spawn(|| refused(&server, request)));
        });
        assert_eq!(get(&server, "/").status, 200);
    });
}

fn refused(server: &Server, request: &str) {
    let shown = request.get(..60).unwrap_or(request);
    let mut stream = connect(server.local_addr());
    _ = stream.write_all(request.as_bytes());
    _ = stream.shutdown(Shutdown::Write);
    if let Some(answer) = exchange(server.local_addr(), request.as_bytes()) {
        assert!((400..500).contains(&answer.status), "{shown}: {answer:?}");
    }
}

/// A body is not read: neither one that is said to be large, nor one that never comes.
#[test]
fn bodies_are_left_unread() {
    watchdog(|| {
        let server = memo_inspect::Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
        let head = |length: &str| {
            format!("POST /api/sweep HTTP/1.1\r\nhost: localhost\r\nx-memo-inspect: 1\r\n{length}\r\n\r\n")
        };
        for length in ["content-length: 99999999999", "content-length: 5", "transfer-encoding: chunked"] {
            let answer = exchange(server.local_addr(), head(length).as_bytes()).expect("an answer");
            assert_eq!(answer.status, 200, "{length}");
        }
    });
}
