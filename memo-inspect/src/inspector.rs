//! What may be seen, by whom: the options, and the way from them to a router or a server.

use std::net::ToSocketAddrs;

use axum::Router;

use crate::api;
use crate::guard::host::Hosts;
use crate::guard::token::Token;
use crate::server::{Server, SpawnError};
use crate::state::State;
use crate::status::Status;

/// The options of the page, and of who may look.
///
/// # Examples
///
/// ```
/// use memo_inspect::Inspector;
///
/// let inspector = Inspector::new().token("a-long-random-text").allow_control().spawn("127.0.0.1:0")?;
/// println!("{}?token=..", inspector.url());
/// # Ok::<(), memo_inspect::SpawnError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "it does nothing until `router` or `spawn`"]
pub struct Inspector {
    pub(crate) token: Option<Token>,
    pub(crate) hosts: Hosts,
    pub(crate) control: bool,
    pub(crate) status: Option<Status>,
}

impl Inspector {
    /// Returns the default options: for whoever is on this machine, to look only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a token: only who knows it sees anything of the program.
    ///
    /// A client sends it as `authorization: Bearer ..`. The page, which is the same for everybody, is opened as `..?token=..`, or asks
    /// for it; it takes it out of its address, and sends it as a header from then on. It is compared in constant time, and written nowhere.
    ///
    /// # Panics
    ///
    /// If it is empty, since a variable was not set; or if a header cannot have it: visible ASCII, and spaces inside.
    ///
    /// # Examples
    ///
    /// ```
    /// let inspector = memo_inspect::Inspector::new().token("a-long-random-text");
    /// assert!(!format!("{inspector:?}").contains("random"));
    /// ```
    pub fn token(mut self, token: &str) -> Self {
        assert!(!token.is_empty(), "memo-inspect: the token is empty");
        let fits = token.trim() == token && token.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        assert!(fits, "memo-inspect: the token must be of visible ASCII, with spaces inside at most: a header has it");
        self.token = Some(Token::new(token));
        self
    }

    /// Allows requests to this host, on any port: a name such as `app.example.org`, or an address.
    ///
    /// Loopback names and addresses are allowed anyway. All others are answered with 403, since a site whose name leads to this machine
    /// (DNS rebinding) could otherwise read the page. In a service of yours, name each host by which the page is reached.
    ///
    /// # Panics
    ///
    /// If it is no host: with a scheme or a path, or empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let inspector = memo_inspect::Inspector::new().host("app.example.org").host("10.0.0.7");
    /// ```
    pub fn host(mut self, host: &str) -> Self {
        self.hosts.add(host);
        self
    }

    /// Shows a line of the program's own at the head of the page: how far it is, or what it is at.
    ///
    /// It is called for each new set of figures, at most every half second, on a blocking thread. If it panics, those who asked get an error.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let done = Arc::new(AtomicU64::new(0));
    /// let seen = Arc::clone(&done);
    /// let inspector = memo_inspect::Inspector::new()
    ///     .status(move || format!("{} of 2,000 files", seen.load(Ordering::Relaxed)));
    /// ```
    pub fn status(mut self, tell: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.status = Some(Status::new(tell));
        self
    }

    /// Allows what changes something: `clear`, `sweep`, and `explain`.
    ///
    /// Cleared results are computed anew, which takes its time; nothing else is lost. Destructors of results run on a thread of the server's runtime.
    ///
    /// ```
    /// let inspector = memo_inspect::Inspector::new().allow_control();
    /// ```
    pub fn allow_control(mut self) -> Self {
        self.control = true;
        self
    }

    /// Allows [`spawn`](Inspector::spawn) to listen on other addresses than loopback ones, and requests to any host that is an address.
    ///
    /// Names still need a [`host`](Inspector::host). Whoever reaches the address can look, so take a [`token`](Inspector::token), and remember that
    /// it travels as plain text: put a proxy with TLS before it.
    ///
    /// ```
    /// let inspector = memo_inspect::Inspector::new().token("a-long-random-text").allow_remote();
    /// ```
    pub fn allow_remote(mut self) -> Self {
        self.hosts.allow_addresses();
        self
    }

    /// Returns the routes, to be nested in a service: `app.nest("/debug/memos", inspector.router())`.
    ///
    /// Its answers have their own headers (`content-security-policy` and others); layers of the service may add to them. It has no limit of
    /// connections and no time limit for slow clients, which are the service's, but each request is answered within ten seconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::Router;
    ///
    /// let app: Router = Router::new().nest("/debug/memos", memo_inspect::Inspector::new().router());
    /// ```
    pub fn router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        api::routes(State::new(self))
    }

    /// Serves the page on this address, on a thread of its own, until the [`Server`] is dropped.
    ///
    /// The port 0 is any free one: see [`Server::url`]. At most 256 connections are open. One more takes the place of the oldest
    /// that waits for no answer. A client that takes more than five seconds for the head of a request is cut off, and bodies are not read.
    ///
    /// # Errors
    ///
    /// [`SpawnError::NotLoopback`] without [`allow_remote`](Inspector::allow_remote), [`SpawnError::NoToken`] if who is elsewhere
    /// could change something without a token, and others if the address, a thread or a runtime is not to be had.
    ///
    /// # Examples
    ///
    /// ```
    /// use memo_inspect::{Inspector, SpawnError};
    ///
    /// let server = Inspector::new().spawn("127.0.0.1:0")?;
    /// assert!(server.local_addr().ip().is_loopback());
    /// assert!(matches!(Inspector::new().spawn("0.0.0.0:0"), Err(SpawnError::NotLoopback(_))));
    /// # Ok::<(), SpawnError>(())
    /// ```
    pub fn spawn(self, address: impl ToSocketAddrs) -> Result<Server, SpawnError> {
        Server::start(self, address)
    }

    pub(crate) fn is_remote_allowed(&self) -> bool {
        self.hosts.are_addresses_allowed()
    }
}

/// Returns the routes with the default options: see [`Inspector::router`].
///
/// # Examples
///
/// ```
/// use axum::Router;
///
/// let app: Router = Router::new().nest("/debug/memos", memo_inspect::router());
/// ```
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Inspector::new().router()
}

/// Serves the page with the default options: see [`Inspector::spawn`].
///
/// # Errors
///
/// If the address is not a loopback one, or cannot be listened on.
///
/// # Examples
///
/// ```
/// let server = memo_inspect::spawn("127.0.0.1:0")?;
/// println!("{}", server.url());
/// server.stop();
/// # Ok::<(), memo_inspect::SpawnError>(())
/// ```
pub fn spawn(address: impl ToSocketAddrs) -> Result<Server, SpawnError> {
    Inspector::new().spawn(address)
}
