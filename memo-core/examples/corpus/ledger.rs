//! The evidence, gathered outside the library, that no result outlives its file.
//!
//! Every version of a file has an [`Account`]. The file holds it through a [`Presence`], and each
//! result computed from the file through a [`Tracked`]. So the account always knows whether
//! the file is still there and how many of its results are. None of this keeps a file or a result
//! alive.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What is known about one version of one file.
#[derive(Debug)]
struct Account {
    file_alive: AtomicBool,
    results: AtomicUsize,
}

/// Held by a file: its death shows in its account.
#[derive(Debug)]
pub(crate) struct Presence(Arc<Account>);

impl Presence {
    /// `value`, counted as a result of this file for as long as it lives.
    pub(crate) fn track<T>(&self, value: T) -> Tracked<T> {
        Tracked { value, _receipt: Receipt::new(&self.0) }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.file_alive.store(false, Ordering::SeqCst);
    }
}

/// A result, counted in the account of the file it came from. A clone is counted too.
#[derive(Clone, Debug)]
pub(crate) struct Tracked<T> {
    value: T,
    _receipt: Receipt,
}

impl<T> Deref for Tracked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

#[derive(Debug)]
struct Receipt(Arc<Account>);

impl Receipt {
    fn new(account: &Arc<Account>) -> Self {
        account.results.fetch_add(1, Ordering::SeqCst);
        Receipt(Arc::clone(account))
    }
}

impl Clone for Receipt {
    fn clone(&self) -> Self {
        Receipt::new(&self.0)
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.0.results.fetch_sub(1, Ordering::SeqCst);
    }
}

/// All accounts that still have anything alive.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accounts: Vec<Arc<Account>>,
}

/// A count over all accounts at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    /// Versions of files: those on screen and those that undo can bring back.
    pub(crate) files: usize,
    /// Results of those files.
    pub(crate) results: usize,
    /// Results whose file is gone. There may be some only until the next sweep.
    pub(crate) orphans: usize,
}

impl Ledger {
    /// An account for a new version of a file.
    pub(crate) fn admit(&mut self) -> Presence {
        let account = Arc::new(Account { file_alive: AtomicBool::new(true), results: AtomicUsize::new(0) });
        self.accounts.push(Arc::clone(&account));
        Presence(account)
    }

    /// Counts what is alive, and closes the accounts that nothing refers to any more.
    pub(crate) fn census(&mut self) -> Census {
        let mut census = Census::default();
        self.accounts.retain(|account| {
            let results = account.results.load(Ordering::SeqCst);
            let file_alive = account.file_alive.load(Ordering::SeqCst);
            if file_alive {
                census.files += 1;
                census.results += results;
            } else {
                census.orphans += results;
            }
            file_alive || results > 0
        });
        census
    }
}
