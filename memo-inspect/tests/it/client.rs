//! Requests as bytes, so that they may be wrong in any way.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use memo_inspect::Server;
use serde_json::Value;

/// What may take this long hangs.
pub(crate) const LONG: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// `None` if the connection was closed without one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
        Some(Self { status, head: head.to_owned(), body: body.to_owned() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.status, self.header("content-type")), (200, Some("application/json")), "{self:?}");
        serde_json::from_str(&self.body).expect("it is JSON")
    }
}

pub(crate) fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).expect("it listens");
    stream.set_read_timeout(Some(LONG)).expect("a time limit");
    stream
}

/// Sends these bytes, and reads to the end. The other side may end earlier than we do.
pub(crate) fn exchange(to: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut stream = connect(to);
    _ = stream.write_all(request);
    let mut bytes = Vec::new();
    _ = stream.read_to_end(&mut bytes);
    Answer::read(&bytes)
}

/// A request with these headers and no others.
pub(crate) fn bare(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    headers.iter().for_each(|(name, value)| request += &format!("{name}: {value}\r\n"));
    exchange(to, (request + "\r\n").as_bytes()).expect("an answer")
}

pub(crate) fn send(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let host = server.local_addr().to_string();
    bare(server.local_addr(), method, path, &[&[("host", host.as_str())], headers].concat())
}

pub(crate) fn get(server: &Server, path: &str) -> Answer {
    send(server, "GET", path, &[])
}

/// A name as a part of a query.
pub(crate) fn encoded(name: &str) -> String {
    name.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
