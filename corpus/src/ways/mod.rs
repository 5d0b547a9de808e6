//! The three ways to answer what the editor asks: with the memos, with nothing remembered, and with a cache as people
//! write it by hand.

mod bare;
mod by_path;
mod memos;

pub(crate) use bare::Bare;
pub(crate) use by_path::ByPath;
pub(crate) use memos::Memos;

use crate::input::SourceFile;
use crate::witness::{Identifiers, Layout, LineIndex, Shared, TokenCounts, Tokens};
use std::ops::Deref;
use std::sync::Arc;

pub(crate) trait Way: Sync {
    fn line_index(&self, file: &Arc<SourceFile>) -> impl Deref<Target = LineIndex>;
    fn tokens(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Tokens>;
    fn token_counts(&self, file: &Arc<SourceFile>) -> TokenCounts;
    fn identifiers(&self, file: &Arc<SourceFile>) -> impl Deref<Target = Identifiers>;
    fn soft_wrap(&self, file: &Arc<SourceFile>, width: u32) -> impl Deref<Target = Layout>;
    fn shared_identifiers(&self, a: &Arc<SourceFile>, b: &Arc<SourceFile>) -> Shared;

    /// How often `word` is used in these files: each half on a thread of its own.
    fn search(&self, word: &str, halves: [Vec<&Arc<SourceFile>>; 2]) -> usize {
        let count = |files: Vec<&Arc<SourceFile>>| -> usize {
            files.into_iter().map(|file| self.identifiers(file).uses(word).len()).sum()
        };
        let [left, right] = halves;
        std::thread::scope(|scope| {
            let other = scope.spawn(|| count(right));
            count(left) + other.join().expect("a search does not panic")
        })
    }

    /// The file has just been read from the disk.
    fn opened(&self, _: &Arc<SourceFile>) {}

    /// The text of an open file has changed, by an edit or an undo, to this.
    fn changed(&self, _: &Arc<SourceFile>) {}

    /// The file is about to be closed, with all its versions.
    fn closed(&self, _: &Arc<SourceFile>) {}

    /// How many results it says it remembers, after reclaiming what is dead. Counts as the witness does: a result of two files
    /// twice. `None` if results may outlive their files.
    fn remembered(&self) -> Option<usize>;
}
