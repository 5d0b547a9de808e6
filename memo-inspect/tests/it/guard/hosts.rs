//! A site whose name leads to this machine is none of ours.

use memo_inspect::Inspector;

use crate::client::{bare, exchange};

#[test]
fn hosts_of_this_machine_are_answered_and_others_refused() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let by = |host| bare(server.local_addr(), "GET", "/api/memos", &[("host", host)]).status;
    for host in ["localhost", "localhost:1", "127.0.0.1", "[::1]:8", "LocalHost."] {
        assert_eq!(by(host), 200, "{host}");
    }
    for host in ["evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0", "localhost@evil.example"] {
        assert!([400, 403].contains(&by(host)), "{host}");
    }
    for host in ["", "a b", "localhost:", "[::1"] {
        assert!(by(host) != 500, "{host}");
    }
}

#[test]
fn every_route_is_guarded() {
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    let evil = [("host", "evil.example"), ("x-memo-inspect", "1")];
    let all = [
        "/",
        "/index.html",
        "/page.js",
        "/page.css",
        "/api/memos",
        "/api/memo",
        "/api/history",
        "/metrics",
        "/nothing",
    ];
    for path in all {
        assert_eq!(bare(server.local_addr(), "GET", path, &evil).status, 403, "{path}");
    }
    assert_eq!(bare(server.local_addr(), "POST", "/api/sweep", &evil).status, 403);
}

#[test]
fn a_host_is_named_once() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let by = |headers: &[(&str, &str)]| bare(server.local_addr(), "GET", "/", headers).status;
    assert_eq!(by(&[]), 400);
    assert_eq!(by(&[("host", "localhost"), ("host", "evil.example")]), 400);
    let line = b"GET http://evil.example/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert_eq!(exchange(server.local_addr(), line).expect("an answer").status, 403);
    let old = b"GET / HTTP/1.0\r\n\r\n";
    assert_eq!(exchange(server.local_addr(), old).expect("an answer").status, 400);
}

#[test]
fn further_hosts_are_those_that_were_named() {
    let server = Inspector::new().host("App.example").spawn("127.0.0.1:0").expect("it is served");
    let by = |host| bare(server.local_addr(), "GET", "/", &[("host", host)]).status;
    assert_eq!((by("app.example:9"), by("localhost"), by("x.app.example"), by("10.0.0.1")), (200, 200, 403, 403));
}

#[test]
fn addresses_are_hosts_where_others_may_come() {
    let server = Inspector::new().allow_remote().spawn("127.0.0.1:0").expect("it is served");
    let by = |host| bare(server.local_addr(), "GET", "/", &[("host", host)]).status;
    assert_eq!((by("10.0.0.1:80"), by("[fe80::1]"), by("evil.example")), (200, 200, 403));
}
