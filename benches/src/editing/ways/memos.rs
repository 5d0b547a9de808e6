//! `#[weak_memo]`: an attribute on each analysis, and a sweep when all is closed.

use std::borrow::Borrow;
use std::sync::Arc;

use memo_core::weak_memo;

use crate::editing::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

#[weak_memo]
fn line_index(file: &Arc<SourceFile>) -> &LineIndex {
    LineIndex::of(file)
}

#[weak_memo]
fn tokens(file: &Arc<SourceFile>) -> &Tokens {
    Tokens::of(file)
}

#[weak_memo]
fn token_counts(file: &Arc<SourceFile>) -> TokenCounts {
    TokenCounts::of(tokens(file))
}

#[weak_memo]
fn identifiers(file: &Arc<SourceFile>) -> &Identifiers {
    Identifiers::of(file, tokens(file))
}

#[weak_memo(capacity = 8)]
fn soft_wrap(file: &Arc<SourceFile>, width: u32) -> Arc<Layout> {
    Arc::new(Layout::of(file, line_index(file), width))
}

#[weak_memo]
fn shared_identifiers(a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
    Shared::of(identifiers(a), identifiers(b))
}

#[derive(Clone, Default)]
pub(crate) struct Memos;

impl Way for Memos {
    type File = Arc<SourceFile>;

    fn open(&mut self, version: Arc<SourceFile>) -> Arc<SourceFile> {
        version
    }

    fn settle(&mut self) {
        memo_core::sweep();
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
