//! A bounded number of connections, of which each has its time.
//!
//! If there are too many, a new one takes the place of the oldest that waits for no answer. So whoever opens many, and sends nothing or reads nothing,
//! keeps nobody out.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, yield_now};
use tokio::time::{sleep, timeout};

const MOST: usize = 256;

/// For the head of a request, and between two requests.
const HEAD: Duration = Duration::from_secs(5);

/// For all requests of a connection: a page opens another one. Whoever does not read what it asked for ends here.
const AGE: Duration = Duration::from_secs(60);

/// For what is on its way then.
const LAST_ANSWER: Duration = Duration::from_secs(5);

/// Of a request's head; a longer one is refused.
const HEAD_BYTES: usize = 16 * 1024;

/// Without a free file descriptor, say: what is open may end meanwhile.
const AFTER_AN_ERROR: Duration = Duration::from_millis(100);

/// Serves until it is dropped.
pub(super) async fn serve(listener: TcpListener, router: &Router) {
    let mut all = Connections::default();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                all.make_room().await;
                all.add(stream, router.clone());
            }
            Err(_) => sleep(AFTER_AN_ERROR).await,
        }
        // The new one may have its request already: then it is not taken for idle.
        yield_now().await;
    }
}

#[derive(Default)]
struct Connections {
    /// The oldest first.
    open: VecDeque<Connection>,
    /// That a request was answered, or a connection has ended.
    change: Arc<Notify>,
}

struct Connection {
    task: AbortHandle,
    /// Whether it waits for an answer.
    busy: Arc<AtomicBool>,
}

impl Connections {
    async fn make_room(&mut self) {
        self.open.retain(|connection| !connection.task.is_finished());
        while self.open.len() >= MOST && !self.end_one() {
            // All wait for answers, which come, or take too long for themselves.
            self.change.notified().await;
            self.open.retain(|connection| !connection.task.is_finished());
        }
    }

    fn end_one(&mut self) -> bool {
        let idle = self.open.iter().position(|connection| !connection.busy.load(Ordering::Relaxed));
        let ended = idle.and_then(|at| self.open.remove(at));
        ended.inspect(|connection| connection.task.abort()).is_some()
    }

    fn add(&mut self, stream: TcpStream, router: Router) {
        let busy = Arc::<AtomicBool>::default();
        let turn = Turns { busy: Arc::clone(&busy), change: Arc::clone(&self.change) };
        let task = tokio::spawn(one(stream, router, turn)).abort_handle();
        self.open.push_back(Connection { task, busy });
    }
}

/// Knows when a connection waits for an answer.
#[derive(Clone)]
struct Turns {
    busy: Arc<AtomicBool>,
    change: Arc<Notify>,
}

struct Turn<'a>(&'a Turns);

impl Turns {
    fn begin(&self) -> Turn<'_> {
        self.busy.store(true, Ordering::Relaxed);
        Turn(self)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Relaxed);
        self.0.change.notify_one();
    }
}

async fn one(stream: TcpStream, router: Router, turns: Turns) {
    // Answers are written at once, whole.
    _ = stream.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let answer = service_fn(|request: hyper::Request<Incoming>| {
        let (answer, turns) = (router.call(request), turns.clone());
        async move {
            let _turn = turns.begin();
            answer.await
        }
    });
    let mut connection = pin!(http().serve_connection(TokioIo::new(stream), answer));
    if timeout(AGE, connection.as_mut()).await.is_err() {
        connection.as_mut().graceful_shutdown();
        _ = timeout(LAST_ANSWER, connection).await;
    }
    turns.change.notify_one();
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES).max_headers(64);
    http
}
