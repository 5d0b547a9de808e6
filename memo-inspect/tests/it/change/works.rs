use memo_inspect::Inspector;
use serde_json::json;

use crate::client::{encoded, get, send};
use crate::memos::{reported, used_memo};
use crate::watchdog::in_time;

const HEADER: (&str, &str) = ("x-memo-inspect", "1");

#[test]
fn what_is_cleared_is_seen_at_once() {
    let _lives = used_memo!("cleared");
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    let one = format!("/api/memo?name={}", encoded("cleared"));
    let before = get(&server, &one).json();
    assert_eq!((&before["control"], &before["memo"]["living"]), (&json!(true), &json!(2)));
    let origin = format!("http://{}", server.local_addr());
    let headers = [HEADER, ("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
    let done = send(&server, "POST", &format!("/api/clear?name={}", encoded("cleared")), &headers).json();
    assert_eq!(done, json!({"cleared": 2}));
    assert_eq!(get(&server, &one).json()["memo"]["living"], 0);
    assert_eq!(reported("cleared").stats.living(), 0);
}

#[test]
fn a_memo_that_lends_is_not_cleared() {
    #[memo_core::weak_memo(name = "lends")]
    fn lends(of: &std::sync::Arc<u8>) -> &String {
        of.to_string()
    }
    let of = std::sync::Arc::new(1);
    lends(&of);
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    assert_eq!(send(&server, "POST", "/api/clear?name=lends", &[HEADER]).json(), json!({"cleared": null}));
    assert_eq!(reported("lends").stats.living(), 1);
}

#[test]
fn a_sweep_reclaims_what_is_dead() {
    let [_lives, dies] = used_memo!("swept");
    drop(dies);
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    assert_eq!(send(&server, "POST", "/api/sweep", &[HEADER]).json(), json!({"swept": true}));
    // A sweep of another test may have it in hand.
    in_time(|| reported("swept").stats.dropped == 1);
    assert_eq!(reported("swept").stats.awaiting_sweep, 0);
}

#[test]
fn misses_are_explained_while_that_is_switched_on() {
    let of = used_memo!("explained");
    drop(of);
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    let explain =
        |on| send(&server, "POST", &format!("/api/explain?name={}&on={on}", encoded("explained")), &[HEADER]).json();
    assert_eq!(explain("true"), json!({"explained": true}));
    let one = || get(&server, &format!("/api/memo?name={}", encoded("explained"))).json();
    assert_eq!(one()["explained"], true);
    assert_eq!(explain("false"), json!({"explained": false}));
    assert_eq!(one()["explained"], false);
}

#[test]
fn what_is_asked_for_wrongly_is_refused_in_words() {
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    let status = |path| send(&server, "POST", path, &[HEADER]).status;
    assert_eq!(status("/api/clear"), 400);
    assert_eq!(status("/api/clear?name=none%20such"), 404);
    assert_eq!(status("/api/explain?name=none%20such"), 400);
    assert_eq!(status("/api/explain?name=none%20such&on=true"), 404);
}

/// The server says so, and goes on.
#[test]
fn a_destructor_that_panics_is_told() {
    struct Panics(bool);
    impl Clone for Panics {
        fn clone(&self) -> Self {
            Self(false)
        }
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            assert!(!self.0, "a destructor panics");
        }
    }
    #[memo_core::weak_memo(name = "panics when dropped")]
    fn panics(_of: &std::sync::Arc<u8>) -> Panics {
        Panics(true)
    }
    let of = std::sync::Arc::new(1);
    drop(panics(&of));
    let server = Inspector::new().allow_control().spawn("127.0.0.1:0").expect("it is served");
    let answer = send(&server, "POST", &format!("/api/clear?name={}", encoded("panics when dropped")), &[HEADER]);
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("panicked"), "{}", answer.body);
    assert_eq!(get(&server, "/api/memos").status, 200);
}
