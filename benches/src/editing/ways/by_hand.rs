//! A `HashMap` in a `Mutex`, from the address of a version to everything that is remembered of it, as people write it by hand.
//!
//! It is meant to be a good one: one look-up for whatever is asked, results computed outside the lock and shared by `Arc`. A
//! version that is dropped has to be forgotten first, and takes its pairs with it: both of a pair know of it.

use std::borrow::Borrow;
use std::sync::{Arc, Mutex};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

#[derive(Clone, Default)]
pub(crate) struct ByHand {
    versions: Arc<Mutex<FxHashMap<usize, Remembered>>>,
}

#[derive(Default)]
struct Remembered {
    line_index: Option<Arc<LineIndex>>,
    tokens: Option<Arc<Tokens>>,
    token_counts: Option<TokenCounts>,
    identifiers: Option<Arc<Identifiers>>,
    layouts: FxHashMap<u32, Option<Arc<Layout>>>,
    shared: FxHashMap<usize, Shared>,
    /// Those that have this one in their `shared`.
    shared_by: FxHashSet<usize>,
}

fn address(file: &Arc<SourceFile>) -> usize {
    Arc::as_ptr(file) as usize
}

impl ByHand {
    fn with<T>(&self, address: usize, f: impl FnOnce(&mut Remembered) -> T) -> T {
        f(self.versions.lock().expect("no holder panics").entry(address).or_default())
    }

    fn remember<T: Clone>(
        &self,
        file: &Arc<SourceFile>,
        slot: impl Fn(&mut Remembered) -> &mut Option<T>,
        compute: impl FnOnce() -> T,
    ) -> T {
        if let Some(result) = self.with(address(file), |remembered| slot(remembered).clone()) {
            return result;
        }
        let result = compute();
        self.with(address(file), |remembered| *slot(remembered) = Some(result.clone()));
        result
    }

    fn line_index(&self, file: &Arc<SourceFile>) -> Arc<LineIndex> {
        self.remember(file, |remembered| &mut remembered.line_index, || Arc::new(LineIndex::of(file)))
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> Arc<Tokens> {
        self.remember(file, |remembered| &mut remembered.tokens, || Arc::new(Tokens::of(file)))
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> TokenCounts {
        let compute = || TokenCounts::of(&self.tokens(file));
        self.remember(file, |remembered| &mut remembered.token_counts, compute)
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> Arc<Identifiers> {
        let compute = || Arc::new(Identifiers::of(file, &self.tokens(file)));
        self.remember(file, |remembered| &mut remembered.identifiers, compute)
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> Arc<Layout> {
        let compute = || Arc::new(Layout::of(file, &self.line_index(file), width));
        self.remember(file, |remembered| remembered.layouts.entry(width).or_default(), compute)
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
        let known = self.with(address(a), |remembered| remembered.shared.get(&address(b)).cloned());
        known.unwrap_or_else(|| {
            let shared = Shared::of(&self.identifiers(a), &self.identifiers(b));
            self.with(address(a), |remembered| remembered.shared.insert(address(b), shared.clone()));
            self.with(address(b), |remembered| remembered.shared_by.insert(address(a)));
            shared
        })
    }

    fn forget(&self, address: usize) {
        let mut versions = self.versions.lock().expect("no holder panics");
        let Some(forgotten) = versions.remove(&address) else { return };
        for other in &forgotten.shared_by {
            versions.get_mut(other).map(|other| other.shared.remove(&address));
        }
        for other in forgotten.shared.keys() {
            versions.get_mut(other).map(|other| other.shared_by.remove(&address));
        }
    }
}

impl Way for ByHand {
    type File = Arc<SourceFile>;

    fn open(&mut self, version: Arc<SourceFile>) -> Arc<SourceFile> {
        version
    }

    fn drop(&mut self, version: Arc<SourceFile>) {
        self.forget(address(&version));
    }

    fn line_index(&self, file: &Arc<SourceFile>) -> impl Borrow<LineIndex> {
        self.line_index(file)
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> impl Borrow<Tokens> {
        self.tokens(file)
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> impl Borrow<TokenCounts> {
        self.token_counts(file)
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Borrow<Identifiers> {
        self.identifiers(file)
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> impl Borrow<Layout> {
        self.soft_wrap(file, width)
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> impl Borrow<Shared> {
        self.shared_identifiers(a, b)
    }
}
