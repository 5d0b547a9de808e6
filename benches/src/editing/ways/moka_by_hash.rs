//! `moka` by a hash of the text, with the bounds that `cached` has. Its default policy refuses most newcomers once it is full,
//! and in an editor the newest text is the one that is asked about next: `lru`, as its docs advise for such a load.
//!
//! `get` and `insert`, which take half of what `get_with` takes here. In return, two threads may compute the same at once.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use rustc_hash::FxBuildHasher;

use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

pub(crate) struct Hashed {
    version: Arc<SourceFile>,
    hash: u64,
}

type Remembered<K, V> = Cache<K, V, FxBuildHasher>;

#[derive(Clone)]
pub(crate) struct MokaByHash {
    line_index: Remembered<u64, Arc<LineIndex>>,
    tokens: Remembered<u64, Arc<Tokens>>,
    token_counts: Remembered<u64, TokenCounts>,
    identifiers: Remembered<u64, Arc<Identifiers>>,
    soft_wrap: Remembered<(u64, u32), Arc<Layout>>,
    shared_identifiers: Remembered<(u64, u64), Shared>,
}

impl Default for MokaByHash {
    fn default() -> Self {
        Self {
            line_index: cache(500),
            tokens: cache(500),
            token_counts: cache(500),
            identifiers: cache(500),
            soft_wrap: cache(1000),
            shared_identifiers: cache(4000),
        }
    }
}

fn cache<K, V>(most: u64) -> Remembered<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(most).eviction_policy(EvictionPolicy::lru()).build_with_hasher(FxBuildHasher)
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

impl MokaByHash {
    fn line_index(&self, file: &Hashed) -> Arc<LineIndex> {
        remember(&self.line_index, file.hash, || Arc::new(LineIndex::of(&file.version)))
    }

    fn tokens(&self, file: &Hashed) -> Arc<Tokens> {
        remember(&self.tokens, file.hash, || Arc::new(Tokens::of(&file.version)))
    }

    fn token_counts(&self, file: &Hashed) -> TokenCounts {
        remember(&self.token_counts, file.hash, || TokenCounts::of(&self.tokens(file)))
    }

    fn identifiers(&self, file: &Hashed) -> Arc<Identifiers> {
        remember(&self.identifiers, file.hash, || Arc::new(Identifiers::of(&file.version, &self.tokens(file))))
    }

    fn soft_wrap(&self, file: &Hashed, width: u32) -> Arc<Layout> {
        let compute = || Arc::new(Layout::of(&file.version, &self.line_index(file), width));
        remember(&self.soft_wrap, (file.hash, width), compute)
    }

    fn shared_identifiers(&self, a: &Hashed, b: &Hashed) -> Shared {
        let compute = || Shared::of(&self.identifiers(a), &self.identifiers(b));
        remember(&self.shared_identifiers, (a.hash, b.hash), compute)
    }
}

impl Way for MokaByHash {
    type File = Hashed;

    fn open(&mut self, version: Arc<SourceFile>) -> Hashed {
        let hash = FxBuildHasher.hash_one(&*version.text);
        Hashed { version, hash }
    }

    fn settle(&mut self) {
        self.line_index.run_pending_tasks();
        self.tokens.run_pending_tasks();
        self.token_counts.run_pending_tasks();
        self.identifiers.run_pending_tasks();
        self.soft_wrap.run_pending_tasks();
        self.shared_identifiers.run_pending_tasks();
    }

    fn line_index(&self, file: &Hashed) -> impl Borrow<LineIndex> {
        self.line_index(file)
    }

    fn tokens(&self, file: &Hashed) -> impl Borrow<Tokens> {
        self.tokens(file)
    }

    fn token_counts(&self, file: &Hashed) -> impl Borrow<TokenCounts> {
        self.token_counts(file)
    }

    fn identifiers(&self, file: &Hashed) -> impl Borrow<Identifiers> {
        self.identifiers(file)
    }

    fn soft_wrap(&self, file: &Hashed, width: u32) -> impl Borrow<Layout> {
        self.soft_wrap(file, width)
    }

    fn shared_identifiers(&self, a: &Hashed, b: &Hashed) -> impl Borrow<Shared> {
        self.shared_identifiers(a, b)
    }
}
