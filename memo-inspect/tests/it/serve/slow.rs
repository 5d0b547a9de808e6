use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use crate::client::{connect, get};
use crate::watchdog::watchdog;

/// It sends a byte now and then, and waits for the end in between.
#[test]
fn who_sends_byte_by_byte_is_cut_off_while_others_are_served() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let mut slow = connect(server.local_addr());
        slow.set_read_timeout(Some(Duration::from_millis(100))).expect("a time limit");
        let started = Instant::now();
        let head = format!("GET / HTTP/1.1\r\nhost: {}\r\nx: ", server.local_addr());
        let mut bytes = head.bytes().chain(std::iter::repeat(b'x'));
        loop {
            if slow.write_all(&[bytes.next().expect("they do not end")]).is_err() {
                break;
            }
            match slow.read(&mut [0; 256]) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    assert_eq!(get(&server, "/api/in-flight").status, 200);
                }
                // Closed, or told so first.
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        // A request may take a while, though not for ever.
        let took = started.elapsed();
        assert!((Duration::from_secs(4)..Duration::from_secs(30)).contains(&took), "{took:?}");
    });
}

/// What it asked for waits for it in buffers of a bounded size.
#[test]
fn who_does_not_read_keeps_nobody_out() {
    watchdog(|| {
        let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
        let request = format!("GET /page.js HTTP/1.1\r\nhost: {}\r\n\r\n", server.local_addr()).repeat(200);
        let ask = || {
            let mut stream = connect(server.local_addr());
            stream.set_write_timeout(Some(Duration::from_millis(20))).expect("a time limit");
            // It takes as many as it has room for.
            _ = stream.write_all(request.as_bytes());
            stream
        };
        let all: Vec<_> = (0..50).map(|_| ask()).collect();
        assert_eq!(get(&server, "/api/memos").status, 200);
        drop(all);
    });
}
