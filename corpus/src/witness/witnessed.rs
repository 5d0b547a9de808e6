//! The wrapper around each result, which says when the result is dropped. All three replays use it, so that none is at
//! an advantage.

use super::ledger::Receipt;
use crate::input::SourceFile;
use crate::results;
use std::ops::Deref;

/// A result of a file, with a receipt of that file's ledger account. A clone has a receipt of its own.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Witnessed<T> {
    result: T,
    receipt: Receipt,
}

pub(crate) type LineIndex = Witnessed<results::LineIndex>;
pub(crate) type Tokens = Witnessed<results::Tokens>;
pub(crate) type TokenCounts = Witnessed<results::TokenCounts>;
pub(crate) type Identifiers = Witnessed<results::Identifiers>;
pub(crate) type Layout = Witnessed<results::Layout>;
/// Of two files, so with two receipts.
pub(crate) type Shared = Witnessed<Witnessed<results::Shared>>;

impl<T> Witnessed<T> {
    fn new(file: &SourceFile, result: T) -> Self {
        Witnessed { result, receipt: file.receipt() }
    }
}

impl<T> Deref for Witnessed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.result
    }
}

impl LineIndex {
    pub(crate) fn of(file: &SourceFile) -> Self {
        Self::new(file, results::LineIndex::of(&file.text))
    }
}

impl Tokens {
    pub(crate) fn of(file: &SourceFile) -> Self {
        Self::new(file, results::Tokens::of(&file.text))
    }
}

impl TokenCounts {
    pub(crate) fn of(file: &SourceFile, tokens: &Tokens) -> Self {
        Self::new(file, results::TokenCounts::of(tokens))
    }
}

impl Identifiers {
    pub(crate) fn of(file: &SourceFile, tokens: &Tokens) -> Self {
        Self::new(file, results::Identifiers::of(&file.text, tokens))
    }
}

impl Layout {
    pub(crate) fn of(file: &SourceFile, lines: &LineIndex, width: u32) -> Self {
        Self::new(file, results::Layout::of(&file.text, lines, width))
    }
}

impl Shared {
    pub(crate) fn of(files: [&SourceFile; 2], a: &Identifiers, b: &Identifiers) -> Self {
        let shared = results::Shared::of(a, b);
        Self::new(files[0], Witnessed::new(files[1], shared))
    }
}
