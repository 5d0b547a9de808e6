//! `#[weak_memo]` with the anchor inside: the file is wrapped once, and its results go with it, in its drop.

use std::borrow::Borrow;
use std::sync::Arc;

use memo_core::{Anchored, weak_memo};

use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

type File = Anchored<Arc<SourceFile>>;

#[weak_memo]
fn line_index(file: &File) -> &LineIndex {
    LineIndex::of(file)
}

#[weak_memo]
fn tokens(file: &File) -> &Tokens {
    Tokens::of(file)
}

#[weak_memo]
fn token_counts(file: &File) -> TokenCounts {
    TokenCounts::of(tokens(file))
}

#[weak_memo]
fn identifiers(file: &File) -> &Identifiers {
    Identifiers::of(file, tokens(file))
}

#[weak_memo(capacity = 8)]
fn soft_wrap(file: &File, width: u32) -> Arc<Layout> {
    Arc::new(Layout::of(file, line_index(file), width))
}

#[weak_memo]
fn shared_identifiers(a: &File, b: &File) -> Shared {
    Shared::of(identifiers(a), identifiers(b))
}

#[derive(Clone, Default)]
pub(crate) struct MemosInside;

impl Way for MemosInside {
    type File = File;

    fn open(&mut self, version: Arc<SourceFile>) -> File {
        Anchored::new(version)
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
