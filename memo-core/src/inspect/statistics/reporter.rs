//! What a report tells beside memos.
//!
//! No reporter is called, or dropped, under the lock. They are held weakly: who is gone reports nothing.

use std::sync::{Arc, Weak};

use crate::sys::sync::plain::Mutex;
use crate::sys::sync::unpoisoned;

/// Something beside the memos that a [`report`](crate::report) tells of: what lies behind them, such as a store, a pool or a connection.
///
/// See [`add_reporter`].
pub trait Reporter: Send + Sync {
    /// Returns lines for people, without an end of line. None: there is nothing to tell.
    ///
    /// Called at each report, with no lock held. It must not ask for a report itself.
    fn lines(&self) -> Vec<String>;
}

static ALL: Mutex<Vec<Weak<dyn Reporter>>> = Mutex::new(Vec::new());

/// Adds something to each [`report`](crate::report), as long as it lives: the report does not keep it alive.
///
/// Its lines are in [`Report::also`](crate::Report::also), in the order in which reporters were added. One that was added twice is told of twice.
///
/// # Examples
///
/// ```
/// use memo_core::{Reporter, add_reporter, report};
/// use std::sync::Arc;
///
/// struct Pool {
///     idle: usize,
/// }
///
/// impl Reporter for Pool {
///     fn lines(&self) -> Vec<String> {
///         vec![format!("pool: {} idle", self.idle)]
///     }
/// }
///
/// let pool = Arc::new(Pool { idle: 3 });
/// add_reporter(&pool);
/// assert!(report().to_string().contains("pool: 3 idle"));
///
/// drop(pool);
/// assert!(report().also.is_empty());
/// ```
pub fn add_reporter<R: Reporter + 'static>(reporter: &Arc<R>) {
    let reporter = Arc::downgrade(reporter);
    let mut all = unpoisoned(ALL.lock());
    all.retain(|one| one.strong_count() > 0);
    all.push(reporter);
}

/// What all of them say now.
pub(super) fn lines() -> Vec<String> {
    let all: Vec<_> = unpoisoned(ALL.lock()).iter().filter_map(Weak::upgrade).collect();
    all.iter().flat_map(|reporter| reporter.lines()).collect()
}
