//! `cached` by a hash of the text, which is taken once for each version. A key is never wrong (but for two texts of one hash),
//! so nobody has to be told of anything; what is of use to nobody leaves when room is needed, and there is room for all
//! versions of a hundred open files.

use std::borrow::Borrow;
use std::hash::BuildHasher;
use std::sync::Arc;

use cached::LruCache;
use cached::macros::cached;
use rustc_hash::FxBuildHasher;

use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

pub(crate) struct Hashed {
    version: Arc<SourceFile>,
    hash: u64,
}

fn store<K: std::hash::Hash + Eq + Clone, V>(most: usize) -> LruCache<K, V, FxBuildHasher> {
    LruCache::builder().max_size(most).hasher(FxBuildHasher).build().expect("a plain store")
}

#[cached(
    ty = "LruCache<u64, Arc<LineIndex>, FxBuildHasher>",
    create = { store(500) },
    convert = { file.hash }
)]
fn line_index(file: &Hashed) -> Arc<LineIndex> {
    Arc::new(LineIndex::of(&file.version))
}

#[cached(
    ty = "LruCache<u64, Arc<Tokens>, FxBuildHasher>",
    create = { store(500) },
    convert = { file.hash }
)]
fn tokens(file: &Hashed) -> Arc<Tokens> {
    Arc::new(Tokens::of(&file.version))
}

#[cached(
    ty = "LruCache<u64, TokenCounts, FxBuildHasher>",
    create = { store(500) },
    convert = { file.hash }
)]
fn token_counts(file: &Hashed) -> TokenCounts {
    TokenCounts::of(&tokens(file))
}

#[cached(
    ty = "LruCache<u64, Arc<Identifiers>, FxBuildHasher>",
    create = { store(500) },
    convert = { file.hash }
)]
fn identifiers(file: &Hashed) -> Arc<Identifiers> {
    Arc::new(Identifiers::of(&file.version, &tokens(file)))
}

#[cached(
    ty = "LruCache<(u64, u32), Arc<Layout>, FxBuildHasher>",
    create = { store(1000) },
    convert = { (file.hash, width) }
)]
fn soft_wrap(file: &Hashed, width: u32) -> Arc<Layout> {
    Arc::new(Layout::of(&file.version, &line_index(file), width))
}

#[cached(
    ty = "LruCache<(u64, u64), Shared, FxBuildHasher>",
    create = { store(4000) },
    convert = { (a.hash, b.hash) }
)]
fn shared_identifiers(a: &Hashed, b: &Hashed) -> Shared {
    Shared::of(&identifiers(a), &identifiers(b))
}

#[derive(Clone, Default)]
pub(crate) struct CachedByHash;

impl Way for CachedByHash {
    type File = Hashed;

    fn open(&mut self, version: Arc<SourceFile>) -> Hashed {
        let hash = FxBuildHasher.hash_one(&*version.text);
        Hashed { version, hash }
    }

    fn line_index(&self, file: &Hashed) -> impl Borrow<LineIndex> {
        line_index(file)
    }

    fn tokens(&self, file: &Hashed) -> impl Borrow<Tokens> {
        tokens(file)
    }

    fn token_counts(&self, file: &Hashed) -> impl Borrow<TokenCounts> {
        token_counts(file)
    }

    fn identifiers(&self, file: &Hashed) -> impl Borrow<Identifiers> {
        identifiers(file)
    }

    fn soft_wrap(&self, file: &Hashed, width: u32) -> impl Borrow<Layout> {
        soft_wrap(file, width)
    }

    fn shared_identifiers(&self, a: &Hashed, b: &Hashed) -> impl Borrow<Shared> {
        shared_identifiers(a, b)
    }
}
