//! One version of a source file: the object that all results belong to.

use crate::ledger::{Ledger, Presence, Tracked};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Never changes once it is made: an edit makes another one.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) text: String,
    path: Arc<Path>,
    presence: Presence,
}

/// Why a file was not opened.
#[derive(Debug)]
pub(crate) enum Unopened {
    NotUtf8,
    Unreadable,
}

impl SourceFile {
    pub(crate) fn open(path: &Arc<Path>, ledger: &mut Ledger) -> Result<Arc<Self>, Unopened> {
        let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => Unopened::NotUtf8,
            _ => Unopened::Unreadable,
        })?;
        Ok(Arc::new(SourceFile { text, path: Arc::clone(path), presence: ledger.admit() }))
    }

    /// The next version of this file, with `replacement` in place of `line` (a byte range).
    pub(crate) fn edited(&self, line: std::ops::Range<usize>, replacement: &str, ledger: &mut Ledger) -> Arc<Self> {
        let text = [&self.text[..line.start], replacement, &self.text[line.end..]].concat();
        Arc::new(SourceFile { text, path: Arc::clone(&self.path), presence: ledger.admit() })
    }

    /// The end of the path: enough to find the file, without revealing whose machine this is.
    pub(crate) fn name(&self) -> String {
        let parts: Vec<_> = self.path.iter().map(|part| part.to_string_lossy()).collect();
        parts[parts.len().saturating_sub(4)..].join("/")
    }

    /// `result`, entered in the ledger as a result of this file.
    pub(crate) fn track<T>(&self, result: T) -> Tracked<T> {
        self.presence.track(result)
    }
}
