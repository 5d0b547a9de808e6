use crate::client::{encoded, get, send};
use crate::memos::used_memo;

#[test]
fn the_page_and_its_files_are_served_with_their_types() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let files = [
        ("/", "text/html; charset=utf-8", "<!doctype html>"),
        ("/?token=x", "text/html; charset=utf-8", "<!doctype html>"),
        ("/index.html", "text/html; charset=utf-8", "<!doctype html>"),
        ("/page.css", "text/css; charset=utf-8", "/*"),
        ("/page.js", "text/javascript; charset=utf-8", "//"),
    ];
    for (path, of_type, start) in files {
        let answer = get(&server, path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(of_type)), "{path}");
        assert!(answer.body.starts_with(start), "{path}");
    }
}

#[test]
fn other_addresses_and_methods_get_a_plain_sentence() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let wrong = [
        ("GET", "/nothing", 404),
        ("GET", "/api/", 404),
        ("GET", "/api/memo?name=nothing", 404),
        ("GET", "/api/memo", 400),
        ("GET", "/../../etc/passwd", 404),
        ("POST", "/", 405),
        ("POST", "/api/memos", 405),
        ("DELETE", "/api/memos", 405),
        ("OPTIONS", "/api/memos", 405),
        ("BREW", "/metrics", 405),
        ("GET", "/api/sweep", 405),
    ];
    for (method, path, status) in wrong {
        let answer = send(&server, method, path, &[]);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, Some("text/plain; charset=utf-8")),
            "{path}"
        );
        assert!(answer.body.ends_with(".\n") && answer.body.len() > 20, "{path}: {}", answer.body);
    }
    assert_eq!(send(&server, "POST", "/api/memos", &[]).header("allow"), Some("GET,HEAD"));
}

#[test]
fn every_answer_has_the_headers_that_keep_others_out() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let host = [("host", "evil.example")];
    let answers = [
        get(&server, "/"),
        get(&server, "/page.js"),
        get(&server, "/api/memos"),
        get(&server, "/metrics"),
        get(&server, "/nothing"),
        send(&server, "POST", "/api/sweep", &[]),
        send(&server, "DELETE", "/api/memos", &[]),
        crate::client::bare(server.local_addr(), "GET", "/", &host),
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy").expect("a policy");
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{part}: {answer:?}");
        }
        assert!(!policy.contains("unsafe"));
        let expected = [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("cross-origin-resource-policy", "same-origin"),
        ];
        expected.iter().for_each(|&(name, value)| assert_eq!(answer.header(name), Some(value), "{answer:?}"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn a_name_with_odd_letters_is_found() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let _lives = used_memo!("odd \"<&>\" /?#+%20é 名");
    let name = "odd \"<&>\" /?#+%20é 名";
    let json = get(&server, &format!("/api/memo?name={}", encoded(name))).json();
    assert_eq!(json["memo"]["name"], name);
}

/// The page needs nothing from elsewhere, and runs nothing that is written into it.
#[test]
fn the_files_name_no_other_site_and_have_no_code_inside() {
    let server = memo_inspect::spawn("127.0.0.1:0").expect("it is served");
    let [page, style, script] = ["/", "/page.css", "/page.js"].map(|path| get(&server, path).body);
    for file in [&page, &style, &script] {
        let others = file.matches("://").count() - file.matches("http://www.w3.org/2000/svg").count();
        assert_eq!(others, 0);
    }
    assert!(!page.contains("style=") && !page.contains(" on") || !page.contains("onclick"));
    for unsafe_part in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
        assert!(!script.contains(unsafe_part), "{unsafe_part}");
    }
}
