//! `cached` by address: the cheapest key, and wrong if a version is dropped without a word. So each one that is dropped is
//! removed by hand from all six caches, with the widths it may have been wrapped to and with the pairs that it was part of.

use std::borrow::Borrow;
use std::sync::{Arc, LazyLock};

use cached::macros::cached;
use cached::{Cached as _, UnboundCache};
use rustc_hash::FxBuildHasher;

use super::pairs::Pairs;
use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

/// Those that the editor offers.
const WIDTHS: [u32; 4] = [60, 80, 100, 120];

static PAIRS: LazyLock<Pairs> = LazyLock::new(Pairs::default);

fn address(file: &Arc<SourceFile>) -> usize {
    Arc::as_ptr(file) as usize
}

fn store<K: std::hash::Hash + Eq + Clone, V>() -> UnboundCache<K, V, FxBuildHasher> {
    UnboundCache::builder().hasher(FxBuildHasher).build().expect("a plain store")
}

#[cached(
    ty = "UnboundCache<usize, Arc<LineIndex>, FxBuildHasher>",
    create = { store() },
    convert = { address(file) },
    unsync_reads = true
)]
fn line_index(file: &Arc<SourceFile>) -> Arc<LineIndex> {
    Arc::new(LineIndex::of(file))
}

#[cached(
    ty = "UnboundCache<usize, Arc<Tokens>, FxBuildHasher>",
    create = { store() },
    convert = { address(file) },
    unsync_reads = true
)]
fn tokens(file: &Arc<SourceFile>) -> Arc<Tokens> {
    Arc::new(Tokens::of(file))
}

#[cached(
    ty = "UnboundCache<usize, TokenCounts, FxBuildHasher>",
    create = { store() },
    convert = { address(file) },
    unsync_reads = true
)]
fn token_counts(file: &Arc<SourceFile>) -> TokenCounts {
    TokenCounts::of(&tokens(file))
}

#[cached(
    ty = "UnboundCache<usize, Arc<Identifiers>, FxBuildHasher>",
    create = { store() },
    convert = { address(file) },
    unsync_reads = true
)]
fn identifiers(file: &Arc<SourceFile>) -> Arc<Identifiers> {
    Arc::new(Identifiers::of(file, &tokens(file)))
}

#[cached(
    ty = "UnboundCache<(usize, u32), Arc<Layout>, FxBuildHasher>",
    create = { store() },
    convert = { (address(file), width) },
    unsync_reads = true
)]
fn soft_wrap(file: &Arc<SourceFile>, width: u32) -> Arc<Layout> {
    Arc::new(Layout::of(file, &line_index(file), width))
}

#[cached(
    ty = "UnboundCache<(usize, usize), Shared, FxBuildHasher>",
    create = { store() },
    convert = { (address(a), address(b)) },
    unsync_reads = true
)]
fn shared_identifiers(a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
    PAIRS.note((address(a), address(b)));
    Shared::of(&identifiers(a), &identifiers(b))
}

fn forget(address: usize) {
    let _ = LINE_INDEX.write().cache_remove(&address);
    let _ = TOKENS.write().cache_remove(&address);
    let _ = TOKEN_COUNTS.write().cache_remove(&address);
    let _ = IDENTIFIERS.write().cache_remove(&address);
    let mut layouts = SOFT_WRAP.write();
    for width in WIDTHS {
        let _ = layouts.cache_remove(&(address, width));
    }
    drop(layouts);
    let mut shared = SHARED_IDENTIFIERS.write();
    for pair in PAIRS.take(address) {
        let _ = shared.cache_remove(&pair);
    }
}

#[derive(Clone, Default)]
pub(crate) struct CachedByAddress;

impl Way for CachedByAddress {
    type File = Arc<SourceFile>;

    fn open(&mut self, version: Arc<SourceFile>) -> Arc<SourceFile> {
        version
    }

    fn drop(&mut self, version: Arc<SourceFile>) {
        forget(address(&version));
    }

    fn line_index(&self, file: &Arc<SourceFile>) -> impl Borrow<LineIndex> {
        line_index(file)
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> impl Borrow<Tokens> {
        tokens(file)
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> impl Borrow<TokenCounts> {
        token_counts(file)
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Borrow<Identifiers> {
        identifiers(file)
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> impl Borrow<Layout> {
        soft_wrap(file, width)
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> impl Borrow<Shared> {
        shared_identifiers(a, b)
    }
}
