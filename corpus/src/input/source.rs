//! One version of a source file: the object that all results belong to.

use crate::witness::{Ledger, Presence, Receipt};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Never changed once it is made: an edit makes another one.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) text: String,
    path: Arc<Path>,
    presence: Presence,
}

impl SourceFile {
    pub(crate) fn open(path: &Arc<Path>, ledger: &mut Ledger) -> io::Result<Arc<Self>> {
        let text = std::fs::read_to_string(path)?;
        Ok(Arc::new(SourceFile { text, path: Arc::clone(path), presence: ledger.admit() }))
    }

    /// The next version of this file: `line` (a byte range) gives way to `replacement`.
    pub(crate) fn edited(&self, line: Range<usize>, replacement: &str, ledger: &mut Ledger) -> Arc<Self> {
        let text = [&self.text[..line.start], replacement, &self.text[line.end..]].concat();
        Arc::new(SourceFile { text, path: Arc::clone(&self.path), presence: ledger.admit() })
    }

    /// The same for all versions of a file.
    pub(crate) fn path(&self) -> &Arc<Path> {
        &self.path
    }

    /// The witness's, for a result of this version.
    pub(crate) fn receipt(&self) -> Receipt {
        self.presence.receipt()
    }
}
