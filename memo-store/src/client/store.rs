//! The handle of a store.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::background::Background;
use super::breaker::Breaker;
use super::config::{Builder, Config};
use super::inner::{Inner, by_chance};
use super::stats::StoreStats;
use crate::engine::{Engine, Holder};
use crate::entry::Secret;

/// A second tier behind memos with `#[weak_memo(store = .., version = ..)]`: results that other processes computed, and those of an earlier run.
///
/// A call that does not find its result in the process asks the store before it computes, and what it computes is written
/// there. A result is held there, by the process's lease, as long as its object lives here. See the
/// [crate's documentation](crate).
///
/// ```
/// use memo_core::weak_memo;
/// use memo_store::engine::Memory;
/// use memo_store::{ContentKey, Secret, Store};
/// use std::sync::{Arc, OnceLock};
/// # use std::time::Duration;
///
/// #[derive(ContentKey)]
/// struct Document {
///     text: String,
/// }
///
/// static STORE: OnceLock<Store> = OnceLock::new();
///
/// #[weak_memo(store = STORE, version = 1)]
/// fn headings(doc: &Arc<Document>) -> &[String] {
///     doc.text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect()
/// }
///
/// # let memory = Memory::new();
/// # let engine = memory.clone();
/// let store = Store::builder(engine, Secret::new("at least sixteen bytes")).open()?;
/// STORE.get_or_init(|| store);
/// let document = || Arc::new(Document { text: "# one\ntwo\n# three".to_owned() });
///
/// assert_eq!(headings(&document()), ["# one", "# three"]); // computed, and written by the store's thread
/// # assert!(STORE.get().unwrap().flush(Duration::from_secs(10)));
/// assert_eq!(headings(&document()), ["# one", "# three"]); // another object of the same content: found
/// # assert_eq!((STORE.get().unwrap().stats().hits, memory.len()), (1, 1));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// A clone is the same store. When the last one is dropped, what waits is written within a second, and the lease ends: what only this
/// process held is deleted after the grace time. One in a `static` is never dropped: call [`flush`](Self::flush) at the end of `main`.
#[derive(Clone)]
pub struct Store(Arc<Handle>);

struct Handle {
    inner: Arc<Inner>,
    thread: Option<JoinHandle<()>>,
    /// The process that began it: another one, forked from it, has no thread.
    process: u32,
}

/// For so long a store that is closed writes what waits.
const CLOSING: Duration = Duration::from_secs(1);

impl Store {
    /// Begins to open a store of this engine, whose entries are sealed with this secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use memo_store::engine::Memory;
    /// use memo_store::{Secret, Store};
    /// use std::time::Duration;
    ///
    /// let engine = Memory::new();
    /// let store = Store::builder(engine, Secret::new("at least sixteen bytes")).grace(Duration::from_secs(60)).open()?;
    /// assert_eq!(store.stats().hits, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn builder(engine: impl Engine, secret: Secret) -> Builder {
        Builder::new(engine, secret)
    }

    pub(super) fn start(engine: Arc<dyn Engine>, config: Config) -> io::Result<Self> {
        let inner = Arc::new(Inner::new(engine, config, Holder(by_chance()), Breaker::new(Instant::now)));
        memo_core::add_reporter(&inner);
        let background = Background::new(Arc::clone(&inner), Instant::now());
        let thread = thread::Builder::new().name("memo-store".to_owned()).spawn(|| background.run())?;
        Ok(Self(Arc::new(Handle { inner, thread: Some(thread), process: std::process::id() })))
    }

    /// What it has done so far. [`memo_core::report`] ends with a line of it.
    #[must_use]
    pub fn stats(&self) -> StoreStats {
        self.0.inner.stats()
    }

    /// Waits until all that was computed is written, to the disk where there is one, and all that was let go is released. `false`: not within that
    /// time, or not all, since the engine does not answer or is full.
    ///
    /// Cost: one round of the store's thread. Calls need not wait: it is for tests, and for the end of a program.
    #[must_use = "`false` says that something was not written"]
    pub fn flush(&self, within: Duration) -> bool {
        let unwritten = || self.stats().unwritten;
        let before = unwritten();
        self.0.inner.queue.flush(within) && unwritten() == before && !self.stats().left_alone
    }

    /// Why the engine did not answer, when it was asked in vain last.
    #[must_use]
    pub fn last_fault(&self) -> Option<String> {
        self.0.inner.counters.last_fault()
    }

    /// Without a thread: for simulations.
    pub(super) fn still(engine: Arc<dyn Engine>, config: Config, holder: Holder, breaker: Breaker) -> Self {
        Self(Arc::new(Handle {
            inner: Arc::new(Inner::new(engine, config, holder, breaker)),
            thread: None,
            process: std::process::id(),
        }))
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.0.inner
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.inner.queue.close(CLOSING);
        let Some(thread) = self.thread.take() else { return };
        // The last handle may have been an engine's own.
        if self.process == std::process::id() && thread.thread().id() != thread::current().id() {
            _ = thread.join();
        } else {
            std::mem::forget(thread);
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
