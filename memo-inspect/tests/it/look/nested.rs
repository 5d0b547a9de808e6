//! In a service of a user's.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use memo_inspect::Inspector;
use tokio::sync::oneshot;

use crate::client::{Answer, bare};

/// Serves until the sender is dropped.
fn serve(app: Router) -> (SocketAddr, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (address, (stop, stopped)) = (listener.local_addr().expect("an address"), oneshot::channel::<()>());
    listener.set_nonblocking(true).expect("it can be asked");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let stopped = async { _ = stopped.await };
            axum::serve(listener, app).with_graceful_shutdown(stopped).await.expect("it serves");
        });
    });
    (address, stop)
}

fn at(address: SocketAddr, path: &str) -> Answer {
    bare(address, "GET", path, &[("host", "localhost")])
}

#[test]
fn nested_it_is_found_with_its_files() {
    let app = Router::new().route("/", get(|| async { "the user's" })).nest("/debug/memos", memo_inspect::router());
    let (address, _served) = serve(app);
    assert_eq!(at(address, "/").body, "the user's");
    let answer = at(address, "/debug/memos?token=a%26b");
    assert_eq!((answer.status, answer.header("location")), (307, Some("./memos/index.html?token=a%26b")));
    for path in ["index.html", "page.css", "page.js", "api/memos", "api/in-flight", "metrics"] {
        assert_eq!(at(address, &format!("/debug/memos/{path}")).status, 200, "{path}");
    }
    assert_eq!(at(address, "/debug/memos/nothing").body, "There is no such page.\n");
    assert_eq!(at(address, "/page.js").status, 404, "it is not at the root");
}

#[test]
fn as_a_service_it_is_found_at_its_folder() {
    let app = Router::new().nest_service("/memos", memo_inspect::router::<()>());
    let (address, _served) = serve(app);
    assert!(at(address, "/memos/").body.starts_with("<!doctype html>"));
    assert_eq!(at(address, "/memos").header("location"), Some("./memos/index.html"));
    assert_eq!(at(address, "/memos/page.css").status, 200);
}

#[test]
fn the_state_of_the_service_is_its_own() {
    let own = get(|State(state): State<u8>| async move { state.to_string() });
    let app = Router::new().route("/own", own).nest("/memos", Inspector::new().router()).with_state(7);
    let (address, _served) = serve(app);
    assert_eq!((at(address, "/own").body.as_str(), at(address, "/memos/metrics").status), ("7", 200));
}

#[test]
fn nested_too_only_named_hosts_are_answered() {
    let app = Router::new()
        .route("/", get(|| async { "the user's" }))
        .nest("/memos", Inspector::new().host("app.example").router());
    let (address, _served) = serve(app);
    let by = |host, path| bare(address, "GET", path, &[("host", host)]).status;
    assert_eq!((by("app.example:443", "/memos/metrics"), by("evil.example", "/memos/metrics")), (200, 403));
    assert_eq!(by("evil.example", "/"), 200, "that is the service's");
}
