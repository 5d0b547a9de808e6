//! The bodies of the analyses: the same for every way, counted, and either real or stand-ins.
//!
//! A stand-in computes nothing and allocates nothing, so that a replay of stand-ins takes what the remembering takes. In
//! both, an answer says which text it is of: one that is of another text is found whatever its body was.

use std::hash::Hash;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use corpus::results;

use super::file::SourceFile;

/// The analyses, in the order of the counts.
pub(crate) const ANALYSES: [&str; 6] =
    ["line_index", "tokens", "token_counts", "identifiers", "soft_wrap", "shared_identifiers"];

static RUN: [AtomicU64; ANALYSES.len()] = [const { AtomicU64::new(0) }; ANALYSES.len()];
static REAL: AtomicBool = AtomicBool::new(true);

/// Whether bodies compute, from here on.
pub(crate) fn be_real(real: bool) {
    REAL.store(real, Relaxed);
}

/// How many bodies of each analysis have run in this process.
pub(crate) fn run() -> [u64; ANALYSES.len()] {
    RUN.each_ref().map(|count| count.load(Relaxed))
}

/// A result, and which texts it is of.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Answer<T> {
    pub(crate) texts: [u32; 2],
    result: T,
}

pub(crate) type LineIndex = Answer<results::LineIndex>;
pub(crate) type Tokens = Answer<results::Tokens>;
pub(crate) type TokenCounts = Answer<results::TokenCounts>;
pub(crate) type Identifiers = Answer<results::Identifiers>;
pub(crate) type Layout = Answer<results::Layout>;
pub(crate) type Shared = Answer<results::Shared>;

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.result
    }
}

impl<T: Default> Answer<T> {
    fn new(analysis: usize, texts: [u32; 2], compute: impl FnOnce() -> T) -> Self {
        RUN[analysis].fetch_add(1, Relaxed);
        let result = if REAL.load(Relaxed) { compute() } else { T::default() };
        Self { texts, result }
    }

    /// Without a body, for the editor alone.
    pub(crate) fn nothing(files: [&SourceFile; 2]) -> Self {
        Self { texts: files.map(|file| file.number), result: T::default() }
    }
}

impl LineIndex {
    pub(crate) fn of(file: &SourceFile) -> Self {
        Self::new(0, [file.number; 2], || results::LineIndex::of(&file.text))
    }
}

impl Tokens {
    pub(crate) fn of(file: &SourceFile) -> Self {
        Self::new(1, [file.number; 2], || results::Tokens::of(&file.text))
    }
}

impl TokenCounts {
    pub(crate) fn of(tokens: &Tokens) -> Self {
        Self::new(2, tokens.texts, || results::TokenCounts::of(tokens))
    }
}

impl Identifiers {
    pub(crate) fn of(file: &SourceFile, tokens: &Tokens) -> Self {
        Self::new(3, [file.number; 2], || results::Identifiers::of(&file.text, tokens))
    }
}

impl Layout {
    pub(crate) fn of(file: &SourceFile, lines: &LineIndex, width: u32) -> Self {
        Self::new(4, [file.number; 2], || results::Layout::of(&file.text, lines, width))
    }
}

impl Shared {
    pub(crate) fn of(a: &Identifiers, b: &Identifiers) -> Self {
        Self::new(5, [a.texts[0], b.texts[0]], || results::Shared::of(a, b))
    }
}
