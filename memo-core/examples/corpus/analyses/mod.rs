//! What an editor wants to know about a file, each computed once per version of the file.
//!
//! The memoized functions are here, one line each. The computing is in the neighbouring files, which
//! know nothing of memoization (the check at the end of the session compares with them). The
//! analyses use each other: a file is lexed once, however many of them read its tokens.

mod identifiers;
mod layout;
mod lines;
mod shared;
mod tokens;

pub(crate) use identifiers::Identifiers;
pub(crate) use layout::Layout;
pub(crate) use lines::LineIndex;
pub(crate) use shared::Shared;
pub(crate) use tokens::{TokenCounts, Tokens};

use crate::ledger::Tracked;
use crate::source::SourceFile;
use memo_core::{Stats, weak_memo};
use std::sync::Arc;

/// Where the lines begin. By reference: a hit costs no clone, and the index is dropped with the file.
#[weak_memo]
pub(crate) fn line_index(file: &Arc<SourceFile>) -> &Tracked<LineIndex> {
    file.track(LineIndex::of(&file.text))
}

/// The tokens, for the analyses below.
#[weak_memo]
pub(crate) fn tokens(file: &Arc<SourceFile>) -> &Tracked<Tokens> {
    file.track(Tokens::of(&file.text))
}

/// Small and `Clone`, so returned as a copy.
#[weak_memo]
pub(crate) fn token_counts(file: &Arc<SourceFile>) -> Tracked<TokenCounts> {
    file.track(TokenCounts::of(tokens(file)))
}

/// Every identifier with the places where it is used.
#[weak_memo]
pub(crate) fn identifiers(file: &Arc<SourceFile>) -> &Tracked<Identifiers> {
    file.track(Identifiers::of(&file.text, tokens(file)))
}

/// The rows of the file in a pane that is `width` columns wide: an extra key, so several results
/// for one file, of which the eight most useful are kept.
#[weak_memo(capacity = 8)]
pub(crate) fn soft_wrap(file: &Arc<SourceFile>, width: u32) -> Arc<Tracked<Layout>> {
    Arc::new(file.track(Layout::of(&file.text, line_index(file), width)))
}

/// What two files have in common: a result that is dropped when either of them is.
#[weak_memo]
pub(crate) fn shared_identifiers(a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Tracked<Tracked<Shared>> {
    a.track(b.track(Shared::of(identifiers(a), identifiers(b))))
}

/// The counters of all of them.
pub(crate) fn stats() -> [Stats; 6] {
    [
        line_index_memo().stats(),
        tokens_memo().stats(),
        token_counts_memo().stats(),
        identifiers_memo().stats(),
        soft_wrap_memo().stats(),
        shared_identifiers_memo().stats(),
    ]
}

/// How many results the memos say they hold, counted as the ledger counts: once for each file a
/// result comes from.
pub(crate) fn remembered() -> usize {
    line_index_memo().len()
        + tokens_memo().len()
        + token_counts_memo().len()
        + identifiers_memo().len()
        + soft_wrap_memo().len()
        + 2 * shared_identifiers_memo().len()
}
