//! The part to copy: what an editor wants to know about a file, first as plain functions and then as memos.
//!
//! A memo is its plain function plus one attribute. It lives exactly as long as the version of the file that it is
//! called with: nothing here says when to forget. The analyses call each other, so with the memos a file is lexed once,
//! however many of them look at its tokens.
//!
//! How each result is computed is in `results/`, which knows nothing of memoizing. The types named here are those with
//! a witness around them, see `witness/`; without a witness, `use crate::results::..` would do.

use crate::input::SourceFile;
use crate::witness::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use memo_core::weak_memo;
use std::sync::Arc;

/// Where the lines begin. By reference: a hit costs no clone, and the index is dropped with the file.
#[weak_memo]
pub(crate) fn line_index(file: &Arc<SourceFile>) -> &LineIndex {
    LineIndex::of(file)
}

/// The tokens, for the analyses below.
#[weak_memo]
pub(crate) fn tokens(file: &Arc<SourceFile>) -> &Tokens {
    Tokens::of(file)
}

/// Small and `Clone`, so handed out as a copy.
#[weak_memo]
pub(crate) fn token_counts(file: &Arc<SourceFile>) -> TokenCounts {
    TokenCounts::of(file, tokens(file))
}

/// Every identifier with the places where it is used.
#[weak_memo]
pub(crate) fn identifiers(file: &Arc<SourceFile>) -> &Identifiers {
    Identifiers::of(file, tokens(file))
}

/// The rows of the file in a pane that is `width` columns wide. The width is an extra key: a file has several results,
/// of which the eight most useful are kept.
#[weak_memo(capacity = 8)]
pub(crate) fn soft_wrap(file: &Arc<SourceFile>, width: u32) -> Arc<Layout> {
    Arc::new(Layout::of(file, line_index(file), width))
}

/// What two files have in common: a result that is dropped when either of them is.
#[weak_memo]
pub(crate) fn shared_identifiers(a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
    Shared::of([a, b], identifiers(a), identifiers(b))
}

/// The same without the attribute. Nothing is remembered, so each call computes all that it needs.
pub(crate) mod bare {
    use super::*;

    pub(crate) fn line_index(file: &SourceFile) -> LineIndex {
        LineIndex::of(file)
    }

    pub(crate) fn tokens(file: &SourceFile) -> Tokens {
        Tokens::of(file)
    }

    pub(crate) fn token_counts(file: &SourceFile) -> TokenCounts {
        TokenCounts::of(file, &tokens(file))
    }

    pub(crate) fn identifiers(file: &SourceFile) -> Identifiers {
        Identifiers::of(file, &tokens(file))
    }

    pub(crate) fn soft_wrap(file: &SourceFile, width: u32) -> Layout {
        Layout::of(file, &line_index(file), width)
    }

    pub(crate) fn shared_identifiers(a: &SourceFile, b: &SourceFile) -> Shared {
        Shared::of([a, b], &identifiers(a), &identifiers(b))
    }
}
