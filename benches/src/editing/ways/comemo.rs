//! `comemo`: arguments are hashed at each call, so a file goes in hashed once and for all, as its docs advise.
//!
//! Nothing tells it that a file is closed. `evict` drops what no call has asked for in so many evictions, and walks over
//! all results: after each file that is closed would take longer than all calls, so it is done now and then.

use std::borrow::Borrow;
use std::sync::Arc;

use comemo::{Prehashed, memoize};

use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

type File = Arc<Prehashed<Arc<SourceFile>>>;

/// Closed files between two evictions.
const CLOSED: u32 = 20;
/// Evictions that a result survives without a hit.
const MAX_AGE: usize = 2;

#[memoize]
fn line_index(file: &File) -> Arc<LineIndex> {
    Arc::new(LineIndex::of(file))
}

#[memoize]
fn tokens(file: &File) -> Arc<Tokens> {
    Arc::new(Tokens::of(file))
}

#[memoize]
fn token_counts(file: &File) -> TokenCounts {
    TokenCounts::of(&tokens(file))
}

#[memoize]
fn identifiers(file: &File) -> Arc<Identifiers> {
    Arc::new(Identifiers::of(file, &tokens(file)))
}

#[memoize]
fn soft_wrap(file: &File, width: u32) -> Arc<Layout> {
    Arc::new(Layout::of(file, &line_index(file), width))
}

#[memoize]
fn shared_identifiers(a: &File, b: &File) -> Shared {
    Shared::of(&identifiers(a), &identifiers(b))
}

#[derive(Clone, Default)]
pub(crate) struct Comemo {
    closed: u32,
}

impl Way for Comemo {
    type File = File;

    fn open(&mut self, version: Arc<SourceFile>) -> File {
        Arc::new(Prehashed::new(version))
    }

    fn close(&mut self, _: File) {
        self.closed += 1;
        if self.closed.is_multiple_of(CLOSED) {
            comemo::evict(MAX_AGE);
        }
    }

    fn settle(&mut self) {
        comemo::evict(MAX_AGE);
    }

    fn line_index(&self, file: &File) -> impl Borrow<LineIndex> {
        line_index(file)
    }

    fn tokens(&self, file: &File) -> impl Borrow<Tokens> {
        tokens(file)
    }

    fn token_counts(&self, file: &File) -> impl Borrow<TokenCounts> {
        token_counts(file)
    }

    fn identifiers(&self, file: &File) -> impl Borrow<Identifiers> {
        identifiers(file)
    }

    fn soft_wrap(&self, file: &File, width: u32) -> impl Borrow<Layout> {
        soft_wrap(file, width)
    }

    fn shared_identifiers(&self, a: &File, b: &File) -> impl Borrow<Shared> {
        shared_identifiers(a, b)
    }
}
