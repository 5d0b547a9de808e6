//! Soft wrapping: the rows that the lines of a file occupy in a pane of a given width.

use super::LineIndex;
use textwrap::WordSeparator;
use textwrap::core::{Word, break_words};
use textwrap::wrap_algorithms::wrap_first_fit;

/// The byte offset at which each row begins.
#[derive(Debug, Default, Hash)]
pub struct Layout {
    rows: Vec<u32>,
}

impl Layout {
    /// Of a text, its lines and the width of the pane in columns.
    pub fn of(text: &str, lines: &LineIndex, width: u32) -> Self {
        let mut rows = Vec::with_capacity(lines.count());
        for line in 0..lines.count() {
            let range = lines.range(line);
            push_rows(&mut rows, range.start as u32, text[range].trim_end(), width);
        }
        Layout { rows }
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The row that a byte is on.
    pub fn row_at(&self, offset: u32) -> usize {
        self.rows.partition_point(|&start| start <= offset) - 1
    }
}

fn push_rows(rows: &mut Vec<u32>, mut start: u32, line: &str, width: u32) {
    // No text is wider than its number of bytes, except for tabs, which have no width here.
    if line.len() <= width as usize {
        rows.push(start);
        return;
    }
    let words = break_words(WordSeparator::AsciiSpace.find_words(line), width as usize);
    for row in wrap_first_fit(&words, &[f64::from(width)]) {
        rows.push(start);
        start += row.iter().map(byte_len).sum::<u32>();
    }
}

fn byte_len(word: &Word<'_>) -> u32 {
    (word.word.len() + word.whitespace.len()) as u32
}
