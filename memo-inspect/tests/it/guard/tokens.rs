use memo_inspect::Inspector;

use crate::client::{get, send};

#[test]
fn only_who_knows_the_token_sees_figures() {
    let server = Inspector::new().token("the token").allow_control().spawn("127.0.0.1:0").expect("it is served");
    let routes = [
        ("GET", "/api/memos"),
        ("GET", "/api/memo?name=x"),
        ("GET", "/api/history"),
        ("GET", "/api/in-flight"),
        ("GET", "/metrics"),
        ("POST", "/api/sweep"),
        ("POST", "/api/clear?name=x"),
        ("POST", "/api/explain?name=x&on=true"),
    ];
    let wrong = [
        "",
        "the token",
        "Bearer",
        "Bearer ",
        "Bearer the toke",
        "Bearer the tokem",
        "Bearer the tokens",
        "Basic the token",
        "Bearer  the token",
    ];
    for (method, path) in routes {
        let by = |given| send(&server, method, path, &[("authorization", given), ("x-memo-inspect", "1")]);
        for given in wrong {
            let answer = by(given);
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{path} {given}");
        }
        assert_ne!(by("Bearer the token").status, 401, "{path}");
        assert_ne!(by("bearer the token").status, 401, "{path}");
        assert_eq!(send(&server, method, &format!("{path}?token=the%20token"), &[]).status, 401, "not in addresses");
    }
}

/// It has to be there to ask for the token, and tells nothing.
#[test]
fn the_page_itself_is_the_same_for_everybody() {
    let open = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let guarded = Inspector::new().token("the token").spawn("127.0.0.1:0").expect("it is served");
    for path in ["/", "/page.css", "/page.js"] {
        let answer = get(&guarded, path);
        assert_eq!((answer.status, answer.body), (200, get(&open, path).body), "{path}");
    }
}

#[test]
fn the_token_is_written_nowhere() {
    let inspector = Inspector::new().token("5up3r-s3cr3t");
    let debug = format!("{inspector:?}");
    let server = inspector.spawn("127.0.0.1:0").expect("it is served");
    let answer = get(&server, "/?token=5up3r-s3cr3t");
    for said in [debug, format!("{server:?}"), server.url(), format!("{answer:?}")] {
        assert!(!said.contains("5up3r"), "{said}");
    }
}

#[test]
#[should_panic(expected = "the token must be of visible ASCII")]
fn a_token_that_no_header_can_have_is_none() {
    _ = Inspector::new().token("two\nlines");
}

#[test]
#[should_panic(expected = "is no host")]
fn a_host_with_a_scheme_is_none() {
    _ = Inspector::new().host("https://app.example.org");
}

#[test]
#[should_panic(expected = "the token is empty")]
fn an_empty_token_is_none() {
    _ = Inspector::new().token("");
}
