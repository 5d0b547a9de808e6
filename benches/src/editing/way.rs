//! What a way to remember results is to the session.

use std::borrow::Borrow;
use std::sync::Arc;

use super::bodies::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use super::file::SourceFile;

/// One way. A clone is for another thread: the same results, by a handle of its own.
pub(crate) trait Way: Clone + Default + Send {
    /// What the analyses are called with: one version of a file, in whichever form the way likes best.
    type File: Send + Sync;

    /// A file is opened.
    fn open(&mut self, version: Arc<SourceFile>) -> Self::File;

    /// An edit of the file that is on screen as `before`, which an undo can bring back.
    fn edit(&mut self, before: &Self::File, version: Arc<SourceFile>) -> Self::File {
        let _ = before;
        self.open(version)
    }

    /// An earlier version is brought back.
    fn undo(&mut self, to: &Self::File) {
        let _ = to;
    }

    /// A version is of no use any more.
    fn drop(&mut self, version: Self::File) {
        drop(version);
    }

    /// The file is closed that is on screen as `shown`. Its other versions were dropped just before.
    fn close(&mut self, shown: Self::File) {
        self.drop(shown);
    }

    /// Everything is closed: what its docs advise for such a moment. It drops nothing that is of use to somebody.
    fn settle(&mut self) {}

    fn line_index(&self, file: &Self::File) -> impl Borrow<LineIndex>;
    fn tokens(&self, file: &Self::File) -> impl Borrow<Tokens>;
    fn token_counts(&self, file: &Self::File) -> impl Borrow<TokenCounts>;
    fn identifiers(&self, file: &Self::File) -> impl Borrow<Identifiers>;
    fn soft_wrap(&self, file: &Self::File, width: u32) -> impl Borrow<Layout>;
    fn shared_identifiers(&self, a: &Self::File, b: &Self::File) -> impl Borrow<Shared>;
}
