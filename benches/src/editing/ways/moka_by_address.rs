//! `moka` by address, without a bound: each version that is dropped is invalidated by hand, with the widths it may have been
//! wrapped to and with the pairs that it was part of.
//!
//! `get` and `insert`, which take half of what `get_with` takes here. In return, two threads may compute the same at once.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use moka::sync::Cache;
use rustc_hash::FxBuildHasher;

use super::pairs::Pairs;
use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

/// Those that the editor offers.
const WIDTHS: [u32; 4] = [60, 80, 100, 120];

fn address(file: &Arc<SourceFile>) -> usize {
    Arc::as_ptr(file) as usize
}

type Remembered<K, V> = Cache<K, V, FxBuildHasher>;

#[derive(Clone)]
pub(crate) struct MokaByAddress {
    line_index: Remembered<usize, Arc<LineIndex>>,
    tokens: Remembered<usize, Arc<Tokens>>,
    token_counts: Remembered<usize, TokenCounts>,
    identifiers: Remembered<usize, Arc<Identifiers>>,
    soft_wrap: Remembered<(usize, u32), Arc<Layout>>,
    shared_identifiers: Remembered<(usize, usize), Shared>,
    pairs: Arc<Pairs>,
}

impl Default for MokaByAddress {
    fn default() -> Self {
        Self {
            line_index: cache(),
            tokens: cache(),
            token_counts: cache(),
            identifiers: cache(),
            soft_wrap: cache(),
            shared_identifiers: cache(),
            pairs: Arc::default(),
        }
    }
}

fn cache<K, V>() -> Remembered<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().build_with_hasher(FxBuildHasher)
}

fn remember<K, V>(cache: &Remembered<K, V>, key: K, compute: impl FnOnce() -> V) -> V
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    cache.get(&key).unwrap_or_else(|| {
        let result = compute();
        cache.insert(key, result.clone());
        result
    })
}

impl MokaByAddress {
    fn line_index(&self, file: &Arc<SourceFile>) -> Arc<LineIndex> {
        remember(&self.line_index, address(file), || Arc::new(LineIndex::of(file)))
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> Arc<Tokens> {
        remember(&self.tokens, address(file), || Arc::new(Tokens::of(file)))
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> TokenCounts {
        remember(&self.token_counts, address(file), || TokenCounts::of(&self.tokens(file)))
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> Arc<Identifiers> {
        remember(&self.identifiers, address(file), || Arc::new(Identifiers::of(file, &self.tokens(file))))
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> Arc<Layout> {
        let compute = || Arc::new(Layout::of(file, &self.line_index(file), width));
        remember(&self.soft_wrap, (address(file), width), compute)
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
        let compute = || {
            self.pairs.note((address(a), address(b)));
            Shared::of(&self.identifiers(a), &self.identifiers(b))
        };
        remember(&self.shared_identifiers, (address(a), address(b)), compute)
    }

    fn forget(&self, address: usize) {
        self.line_index.invalidate(&address);
        self.tokens.invalidate(&address);
        self.token_counts.invalidate(&address);
        self.identifiers.invalidate(&address);
        for width in WIDTHS {
            self.soft_wrap.invalidate(&(address, width));
        }
        for pair in self.pairs.take(address) {
            self.shared_identifiers.invalidate(&pair);
        }
    }
}

impl Way for MokaByAddress {
    type File = Arc<SourceFile>;

    fn open(&mut self, version: Arc<SourceFile>) -> Arc<SourceFile> {
        version
    }

    fn drop(&mut self, version: Arc<SourceFile>) {
        self.forget(address(&version));
    }

    fn settle(&mut self) {
        self.line_index.run_pending_tasks();
        self.tokens.run_pending_tasks();
        self.token_counts.run_pending_tasks();
        self.identifiers.run_pending_tasks();
        self.soft_wrap.run_pending_tasks();
        self.shared_identifiers.run_pending_tasks();
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
