//! Requests made by chance: no panic, and the server goes on.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;
use memo_inspect::Inspector;

use crate::client::{Answer, connect, get};
use crate::watchdog::watchdog;

const ROUNDS: u64 = 3000;

/// Parts from which requests are put together, rightly or wrongly.
const PARTS: [&str; 34] = [
    "GET ",
    "POST ",
    "HEAD ",
    "/",
    "/api/memos",
    "/api/memo?name=",
    "/api/clear?name=",
    "/api/explain?on=true&name=x",
    "/api/sweep",
    "/metrics",
    "?token=",
    "%",
    "%00",
    "%ff",
    "::",
    "<T>",
    "..",
    " HTTP/1.1\r\n",
    " HTTP/1.0\r\n",
    "host: localhost\r\n",
    "host: [::1\r\n",
    "host: a@b\r\n",
    "x-memo-inspect: 1\r\n",
    "authorization: Bearer a token\r\n",
    "authorization: Bearer \r\n",
    "origin: http://localhost\r\n",
    "origin: ://\r\n",
    "sec-fetch-site: same-origin\r\n",
    "content-length: 10\r\n",
    "transfer-encoding: chunked\r\n",
    "connection: close\r\n",
    "expect: 100-continue\r\n",
    "upgrade: websocket\r\n",
    "\r\n",
];

fn request(random: &mut Rng) -> Vec<u8> {
    let mut bytes = if random.bool() {
        let parts = (0..random.usize(1..12)).map(|_| PARTS[random.usize(..PARTS.len())]);
        parts.collect::<String>().into_bytes()
    } else {
        // A right one, which is spoilt below.
        let path = PARTS[random.usize(3..10)];
        format!(
            "{}{path} HTTP/1.1\r\nhost: localhost\r\nx-memo-inspect: 1\r\nauthorization: Bearer a token\r\n\r\n",
            PARTS[random.usize(..3)]
        )
        .into_bytes()
    };
    for _ in 0..random.usize(..4) {
        let at = random.usize(..bytes.len());
        match random.u8(..3) {
            0 => bytes[at] = random.u8(..),
            1 => bytes.insert(at, random.u8(..)),
            _ if bytes.len() > 1 => _ = bytes.remove(at),
            _ => {}
        }
    }
    bytes
}

fn ask(to: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut stream = connect(to);
    _ = stream.write_all(request);
    _ = stream.shutdown(Shutdown::Write);
    let mut bytes = Vec::new();
    _ = stream.read_to_end(&mut bytes);
    Answer::read(&bytes)
}

/// Panics of the server's threads, which have names of their own.
fn count_panics() -> Arc<AtomicUsize> {
    let (count, before) = (Arc::<AtomicUsize>::default(), panic::take_hook());
    let counted = Arc::clone(&count);
    panic::set_hook(Box::new(move |info| {
        if info.location().is_some_and(|place| place.file().contains("memo-inspect/src")) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        before(info);
    }));
    count
}

#[test]
fn requests_made_by_chance_end_in_no_panic() {
    watchdog(|| {
        let panics = count_panics();
        let server = Inspector::new().token("a token").allow_control().spawn("127.0.0.1:0").expect("it is served");
        let mut answers = 0;
        for seed in 0..ROUNDS {
            let request = request(&mut Rng::with_seed(seed));
            let answer = ask(server.local_addr(), &request);
            let status = answer.map_or(0, |answer| answer.status);
            answers += usize::from(status > 0);
            assert_ne!(status, 500, "seed {seed}: {}", String::from_utf8_lossy(&request));
        }
        assert!(answers > 1000, "most are refused in words: {answers}");
        assert_eq!(get(&server, "/").status, 200);
        assert_eq!(panics.load(Ordering::Relaxed), 0);
    });
}
