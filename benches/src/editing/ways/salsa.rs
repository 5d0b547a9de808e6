//! `salsa`: each open file is an input, the analyses are tracked functions, and an edit or an undo sets the input.
//!
//! An input is never freed, so a closed one gives up its text and serves the next file that is opened: there are as many as
//! files were ever open at once, and that bounds all results. `lru` would bound them once more, at a lock for each hit.
//! No result of an edited text equals the one before (offsets move), so that comparing them would be in vain: `no_eq`.

use std::borrow::Borrow;
use std::sync::Arc;

use salsa::{Database, Setter, Storage};

use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

#[salsa::input]
struct Tab {
    version: Arc<SourceFile>,
}

#[salsa::tracked(no_eq)]
fn line_index(db: &dyn Database, tab: Tab) -> LineIndex {
    LineIndex::of(tab.version(db))
}

#[salsa::tracked(no_eq)]
fn tokens(db: &dyn Database, tab: Tab) -> Tokens {
    Tokens::of(tab.version(db))
}

#[salsa::tracked(no_eq)]
fn token_counts(db: &dyn Database, tab: Tab) -> TokenCounts {
    TokenCounts::of(tokens(db, tab))
}

#[salsa::tracked(no_eq)]
fn identifiers(db: &dyn Database, tab: Tab) -> Identifiers {
    Identifiers::of(tab.version(db), tokens(db, tab))
}

#[salsa::tracked(no_eq)]
fn soft_wrap(db: &dyn Database, tab: Tab, width: u32) -> Layout {
    Layout::of(tab.version(db), line_index(db, tab), width)
}

#[salsa::tracked(no_eq)]
fn shared_identifiers(db: &dyn Database, a: Tab, b: Tab) -> Shared {
    Shared::of(identifiers(db, a), identifiers(db, b))
}

#[salsa::db]
#[derive(Clone, Default)]
struct Analyses {
    storage: Storage<Self>,
}

#[salsa::db]
impl Database for Analyses {}

#[derive(Clone, Default)]
pub(crate) struct Salsa {
    db: Analyses,
    /// Those of closed files.
    free: Vec<Tab>,
    empty: Arc<SourceFile>,
}

/// A version, and the input that holds it while it is on screen.
pub(crate) struct Shown {
    tab: Tab,
    version: Arc<SourceFile>,
}

impl Way for Salsa {
    type File = Shown;

    fn open(&mut self, version: Arc<SourceFile>) -> Shown {
        let tab = match self.free.pop() {
            Some(tab) => {
                tab.set_version(&mut self.db).to(Arc::clone(&version));
                tab
            }
            None => Tab::new(&self.db, Arc::clone(&version)),
        };
        Shown { tab, version }
    }

    fn edit(&mut self, before: &Shown, version: Arc<SourceFile>) -> Shown {
        before.tab.set_version(&mut self.db).to(Arc::clone(&version));
        Shown { tab: before.tab, version }
    }

    fn undo(&mut self, to: &Shown) {
        to.tab.set_version(&mut self.db).to(Arc::clone(&to.version));
    }

    fn close(&mut self, shown: Shown) {
        shown.tab.set_version(&mut self.db).to(Arc::clone(&self.empty));
        self.free.push(shown.tab);
    }

    fn settle(&mut self) {
        self.db.trigger_lru_eviction();
    }

    fn line_index(&self, file: &Shown) -> impl Borrow<LineIndex> {
        line_index(&self.db, file.tab)
    }

    fn tokens(&self, file: &Shown) -> impl Borrow<Tokens> {
        tokens(&self.db, file.tab)
    }

    fn token_counts(&self, file: &Shown) -> impl Borrow<TokenCounts> {
        token_counts(&self.db, file.tab)
    }

    fn identifiers(&self, file: &Shown) -> impl Borrow<Identifiers> {
        identifiers(&self.db, file.tab)
    }

    fn soft_wrap(&self, file: &Shown, width: u32) -> impl Borrow<Layout> {
        soft_wrap(&self.db, file.tab, width)
    }

    fn shared_identifiers(&self, a: &Shown, b: &Shown) -> impl Borrow<Shared> {
        shared_identifiers(&self.db, a.tab, b.tab)
    }
}
