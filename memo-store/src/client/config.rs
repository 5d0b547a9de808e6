//! What a store is told when it is opened.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::breaker::Breaker;
use super::store::Store;
use crate::engine::{Engine, Holder};
use crate::entry::{Codec, Secret};

/// How a [`Store`] is to be: see [`Store::builder`].
#[must_use = "`open` opens it"]
pub struct Builder {
    engine: Arc<dyn Engine>,
    pub(super) config: Config,
}

#[derive(Clone)]
pub(super) struct Config {
    pub(super) name: String,
    pub(super) codec: Codec,
    pub(super) lease: Duration,
    pub(super) grace: Duration,
    pub(super) claim: Duration,
    pub(super) wait: Duration,
    pub(super) leases_of_an_object: usize,
    pub(super) queue: usize,
    pub(super) collects: bool,
}

/// A lease that is shorter could not be renewed in time.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);

impl Builder {
    pub(super) fn new(engine: impl Engine, secret: Secret) -> Self {
        let codec = Codec { secret, most: 16 << 20, plain: 1 << 10 };
        let config = Config {
            name: "store".to_owned(),
            codec,
            lease: Duration::from_secs(60),
            grace: Duration::from_secs(600),
            claim: Duration::from_secs(10),
            wait: Duration::from_secs(1),
            leases_of_an_object: 1 << 16,
            queue: 64 << 20,
            collects: true,
        };
        Self { engine: Arc::new(engine), config }
    }

    /// What [`memo_core::report`] calls it: `store` if nothing is said.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.config.name = name.into();
        self
    }

    /// How long what this process holds is kept if nothing is heard of it. It is renewed at half of it. At least 100 ms and at most a day; a minute if
    /// nothing is said.
    ///
    /// When a process is killed, its results are idle so much later.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.config.lease = lease.clamp(SHORTEST_LEASE, Duration::from_secs(24 * 60 * 60));
        self
    }

    /// How long what nobody holds is kept: a program that is started again within it computes nothing. Ten minutes if nothing is said.
    ///
    /// All processes should say the same: each deletes by its own.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.config.grace = grace;
        self
    }

    /// For how long a result that this process computes is not computed by others. Ten seconds if nothing is said; `0`: all compute.
    pub fn claim(mut self, claim: Duration) -> Self {
        self.config.claim = claim;
        self
    }

    /// How long a call waits at most for a result that another process computes, before it computes for itself. A second if nothing is said.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.config.wait = wait.min(Duration::from_secs(24 * 60 * 60));
        self
    }

    /// The most bytes of a value, in the store's format and before it is compressed. What is longer is neither written nor read. 16 MiB if nothing is said.
    pub fn largest(mut self, bytes: usize) -> Self {
        self.config.codec.most = bytes;
        self
    }

    /// Values of more bytes are compressed. 1 KiB if nothing is said.
    pub fn compress_above(mut self, bytes: usize) -> Self {
        self.config.codec.plain = bytes;
        self
    }

    /// The most bytes that wait to be written. What comes then is not written. 64 MiB if nothing is said.
    pub fn queue(mut self, bytes: usize) -> Self {
        self.config.queue = bytes;
        self
    }

    /// The most results that are held for one object and memo; the oldest are released first. 65,536 if nothing is said.
    pub fn leases_of_an_object(mut self, results: usize) -> Self {
        self.config.leases_of_an_object = results.max(1);
        self
    }

    /// Whether this process deletes what nobody holds: `true` if nothing is said. One that does is enough.
    pub fn collects(mut self, collects: bool) -> Self {
        self.config.collects = collects;
        self
    }

    pub(super) fn still(self, holder: Holder, breaker: Breaker) -> Store {
        Store::still(self.engine, self.config, holder, breaker)
    }

    /// Opens it, and starts its thread. The engine is not asked before the first call.
    ///
    /// # Errors
    ///
    /// If no thread can be started.
    pub fn open(self) -> io::Result<Store> {
        Store::start(self.engine, self.config)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Config { lease, grace, claim, wait, .. } = self.config;
        let mut shown = f.debug_struct("Builder");
        shown.field("lease", &lease).field("grace", &grace).field("claim", &claim).field("wait", &wait);
        shown.finish_non_exhaustive()
    }
}
