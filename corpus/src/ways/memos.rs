//! With the memos: called like any function, and never notified of anything.

use super::Way;
use crate::analyses;
use crate::input::SourceFile;
use crate::witness::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use std::ops::Deref;
use std::sync::Arc;

pub(crate) struct Memos;

impl Way for Memos {
    fn line_index(&self, file: &Arc<SourceFile>) -> impl Deref<Target = LineIndex> {
        analyses::line_index(file)
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Tokens> {
        analyses::tokens(file)
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> TokenCounts {
        analyses::token_counts(file)
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Identifiers> {
        analyses::identifiers(file)
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> impl Deref<Target = Layout> {
        analyses::soft_wrap(file, width)
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
        analyses::shared_identifiers(a, b)
    }

    fn remembered(&self) -> Option<usize> {
        memo_core::sweep();
        Some(
            analyses::line_index_memo().len()
                + analyses::tokens_memo().len()
                + analyses::token_counts_memo().len()
                + analyses::identifiers_memo().len()
                + analyses::soft_wrap_memo().len()
                + 2 * analyses::shared_identifiers_memo().len(),
        )
    }
}
