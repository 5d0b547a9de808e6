//! The editor alone: nothing computed, nothing remembered. What it takes is taken off the others' times.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::editing::bodies::{Answer, Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use crate::editing::file::SourceFile;
use crate::editing::way::Way;

#[derive(Clone, Default)]
pub(crate) struct Nothing;

impl Way for Nothing {
    type File = Arc<SourceFile>;

    fn open(&mut self, version: Arc<SourceFile>) -> Arc<SourceFile> {
        version
    }

    fn line_index(&self, file: &Arc<SourceFile>) -> impl Borrow<LineIndex> {
        Answer::nothing([file; 2])
    }

    fn tokens(&self, file: &Arc<SourceFile>) -> impl Borrow<Tokens> {
        Answer::nothing([file; 2])
    }

    fn token_counts(&self, file: &Arc<SourceFile>) -> impl Borrow<TokenCounts> {
        Answer::nothing([file; 2])
    }

    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Borrow<Identifiers> {
        Answer::nothing([file; 2])
    }

    fn soft_wrap(&self, file: &Arc<SourceFile>, _: u32) -> impl Borrow<Layout> {
        Answer::nothing([file; 2])
    }

    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> impl Borrow<Shared> {
        Answer::nothing([a, b])
    }
}
