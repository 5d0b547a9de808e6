//! Who is alive.
//!
//! Every version of a file has an [`Account`]. The file holds it through a [`Presence`], and each result through a
//! [`Receipt`], wherever it is kept. So the account shows at any moment whether the file is alive and how many of its
//! results are. None of this keeps a file or a result alive.

use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};
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
    /// For a result of this file.
    pub(crate) fn receipt(&self) -> Receipt {
        Receipt::new(&self.0)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.file_alive.store(false, Ordering::SeqCst);
    }
}

/// Held by a result: it counts in the account of its file for as long as it lives. A clone is counted too.
#[derive(Debug)]
pub(crate) struct Receipt(Arc<Account>);

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

/// Says nothing about the result that holds it.
impl Hash for Receipt {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// All accounts that still have anything alive.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accounts: Vec<Arc<Account>>,
}

/// A count over all accounts at one moment. A result of two files counts twice.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Census {
    /// Versions of files: those on screen and those that undo can bring back.
    pub(crate) files: usize,
    /// Results of those files.
    pub(crate) results: usize,
    /// Results whose file is gone. With the memos there may be some until the next sweep.
    pub(crate) orphans: usize,
}

impl Ledger {
    /// Opens an account for a new version of a file.
    pub(crate) fn admit(&mut self) -> Presence {
        let account = Arc::new(Account { file_alive: AtomicBool::new(true), results: AtomicUsize::new(0) });
        self.accounts.push(Arc::clone(&account));
        Presence(account)
    }

    /// Counts what is alive, and closes the accounts that have nothing alive.
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
