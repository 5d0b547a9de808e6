//! Whom nothing is changed for.

use memo_inspect::{Inspector, Server};

use crate::client::{encoded, send};
use crate::memos::{reported, used_memo};

const HEADER: (&str, &str) = ("x-memo-inspect", "1");

fn clear_path(name: &str) -> String {
    format!("/api/clear?name={}", encoded(name))
}

fn origin(server: &Server) -> String {
    format!("http://{}", server.local_addr())
}

#[test]
fn nothing_is_changed_where_it_was_not_allowed() {
    let _lives = used_memo!("not allowed");
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    for path in [&clear_path("not allowed"), "/api/sweep", "/api/explain?name=x&on=true"] {
        let answer = send(&server, "POST", path, &[HEADER]);
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.body.contains("allow_control"), "{}", answer.body);
    }
    assert_eq!(reported("not allowed").stats.cleared, 0);
}

#[test]
fn only_a_post_changes_something() {
    let _lives = used_memo!("not by a post");
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        let answer = send(&server, method, &clear_path("not by a post"), &[HEADER]);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
    assert_eq!(reported("not by a post").stats.cleared, 0);
}

/// What a form can send, and what a script of another site can send without asking first.
#[test]
fn a_form_of_another_site_changes_nothing() {
    let _lives = used_memo!("cross-site");
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    let own = origin(&server);
    let forms: [&[(&str, &str)]; 8] = [
        &[],
        &[("content-type", "application/x-www-form-urlencoded"), ("content-length", "0")],
        &[("origin", &own)],
        &[("x-memo-inspect", "0")],
        &[HEADER, ("origin", "http://evil.example")],
        &[HEADER, ("origin", "null")],
        &[HEADER, ("origin", &own), ("sec-fetch-site", "cross-site")],
        &[HEADER, ("sec-fetch-site", "same-site")],
    ];
    for headers in forms {
        assert_eq!(send(&server, "POST", &clear_path("cross-site"), headers).status, 403, "{headers:?}");
    }
    assert_eq!(reported("cross-site").stats.cleared, 0);
}

/// A browser asks first whether it may send the header.
#[test]
fn no_other_site_gets_leave() {
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    let asked = [
        ("origin", "http://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-memo-inspect"),
    ];
    let answer = send(&server, "OPTIONS", "/api/sweep", &asked);
    assert_eq!(answer.status, 405);
    for name in ["access-control-allow-origin", "access-control-allow-headers", "access-control-allow-methods"] {
        assert_eq!(answer.header(name), None);
    }
}

#[test]
fn another_port_of_this_machine_is_another_site() {
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    assert_eq!(send(&server, "POST", "/api/sweep", &[HEADER, ("origin", "http://127.0.0.1:1")]).status, 403);
    assert_eq!(send(&server, "POST", "/api/sweep", &[HEADER, ("origin", &origin(&server))]).status, 200);
}
