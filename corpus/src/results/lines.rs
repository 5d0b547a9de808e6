//! Line numbers to byte offsets and back.

use std::ops::Range;

/// The byte offset at which each line begins. A text without a newline is one line.
#[derive(Debug, Default, Hash)]
pub struct LineIndex {
    starts: Vec<u32>,
    end: u32,
}

impl LineIndex {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let after_newlines = text.match_indices('\n').map(|(at, _)| at as u32 + 1);
        LineIndex { starts: std::iter::once(0).chain(after_newlines).collect(), end: text.len() as u32 }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of a line, its newline included.
    pub fn range(&self, line: usize) -> Range<usize> {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.end);
        self.starts[line] as usize..end as usize
    }

    /// The line that a byte is on.
    pub fn line_at(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }
}
