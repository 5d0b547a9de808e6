//! Nothing remembered: the functions without the attribute.

use super::Way;
use crate::analyses::bare;
use crate::input::SourceFile;
use crate::witness::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use std::ops::Deref;
use std::sync::Arc;

pub(crate) struct Bare;

/// A box is as good as the value itself beside the computing of it.
impl Way for Bare {
    fn line_index(&self, file: &Arc<SourceFile>) -> impl Deref<Target = LineIndex> {
        Box::new(bare::line_index(file))
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Tokens> {
        Box::new(bare::tokens(file))
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> TokenCounts {
        bare::token_counts(file)
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Identifiers> {
        Box::new(bare::identifiers(file))
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> impl Deref<Target = Layout> {
        Box::new(bare::soft_wrap(file, width))
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared {
        bare::shared_identifiers(a, b)
    }

    fn remembered(&self) -> Option<usize> {
        Some(0)
    }
}
