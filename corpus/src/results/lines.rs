//! Line numbers to byte offsets and back.

use std::ops::Range;

/// The byte offset at which each line begins. A text without a newline is one line.
#[derive(Debug, Hash)]
pub(crate) struct LineIndex {
    starts: Vec<u32>,
    end: u32,
}

impl LineIndex {
    pub(crate) fn of(text: &str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(at, _)| at as u32 + 1);
        LineIndex { starts: std::iter::once(0).chain(after_newlines).collect(), end: text.len() as u32 }
    }

    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of a line, its newline included.
    pub(crate) fn range(&self, line: usize) -> Range<usize> {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.end);
        self.starts[line] as usize..end as usize
    }

    /// The line that a byte is on.
    pub(crate) fn line_at(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }
}
