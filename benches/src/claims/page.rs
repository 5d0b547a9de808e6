//! A page as paragraphs, tables, and the remarks in HTML comments that belong to them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What is between `<!--` and `-->`, and where.
#[derive(Debug)]
pub(super) struct Remark {
    /// The line in which it begins, from 1.
    pub(super) line: usize,
    last: usize,
    text: String,
}

impl Remark {
    fn after(&self, word: &str) -> Option<&str> {
        self.text.strip_prefix(word).map(str::trim)
    }

    /// `from quick ..`: how a table is filled.
    pub(super) fn table(&self) -> Option<&str> {
        self.after("from ")
    }

    /// `claim: ..`: what has to hold.
    pub(super) fn claim(&self) -> Option<&str> {
        self.after("claim:")
    }

    /// `not measured: ..`: figures that are in no recorded table, and why.
    pub(super) fn reason(&self) -> Option<&str> {
        self.after("not measured:")
    }
}

/// A paragraph, a list's item or a table.
#[derive(Debug)]
pub(super) struct Block {
    /// The first line, from 1.
    pub(super) line: usize,
    /// Without remarks; a line break for each line.
    pub(super) text: String,
    pub(super) is_table: bool,
    /// Whether a remark says how the table is filled.
    pub(super) is_marked: bool,
}

pub(super) struct Page {
    blocks: Vec<Block>,
    remarks: Vec<Remark>,
}

/// What of a file is a page: all of Markdown, the first doc comment of a source.
pub(super) fn text_of(name: &str, text: &str) -> String {
    if name.ends_with(".md") {
        return text.to_owned();
    }
    let docs = text.lines().map_while(|line| line.strip_prefix("//!"));
    docs.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

impl Page {
    pub(super) fn new(text: &str) -> Self {
        static COMMENT: LazyLock<Regex> = LazyLock::new(|| Regex::new("(?s)<!--(.*?)-->").expect("it is tested"));
        let line_of = |at: usize| 1 + text[..at].matches('\n').count();
        let remarks: Vec<_> = COMMENT
            .captures_iter(text)
            .map(|found| {
                let whole = found.get(0).expect("the whole match");
                Remark { line: line_of(whole.start()), last: line_of(whole.end()), text: found[1].trim().to_owned() }
            })
            .collect();
        // The lines stay where they are.
        let bare = COMMENT.replace_all(text, |found: &regex::Captures<'_>| "\n".repeat(found[0].matches('\n').count()));
        let mut page = Self { blocks: blocks(&bare), remarks };
        for remark in page.remarks.iter().filter(|remark| remark.table().is_some()) {
            if let Some(block) = page.blocks.iter_mut().find(|block| block.line > remark.last) {
                block.is_marked = block.is_table;
            }
        }
        page
    }

    pub(super) fn remarks(&self) -> impl Iterator<Item = &Remark> {
        self.remarks.iter()
    }

    /// Each block with the remarks in it and after it.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (&Block, Vec<&Remark>)> {
        let ends = self.blocks.iter().skip(1).map(|next| next.line).chain([usize::MAX]);
        self.blocks.iter().zip(ends).map(|(block, end)| {
            (block, self.remarks.iter().filter(|remark| (block.line..end).contains(&remark.line)).collect())
        })
    }

    /// The lines of the rows of the table that a remark fills.
    pub(super) fn table_after(&self, remark: &Remark) -> Option<Range<usize>> {
        let block = self.blocks.iter().find(|block| block.line > remark.last && block.is_table)?;
        let rows = block.text.lines().count().checked_sub(2)?;
        Some(block.line + 2..block.line + 2 + rows)
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut is_code, mut is_open) = (false, false);
    for (line, text) in text.lines().enumerate() {
        let trimmed = text.trim_start();
        let is_fence = trimmed.starts_with("```");
        is_code ^= is_fence;
        if is_code || is_fence || trimmed.is_empty() {
            is_open = false;
            continue;
        }
        let is_table = trimmed.starts_with('|');
        let begins = ["- ", "* ", "#"].iter().any(|sign| trimmed.starts_with(sign))
            || trimmed.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(". ");
        match blocks.last_mut() {
            Some(block) if is_open && !begins && block.is_table == is_table => {
                block.text.push('\n');
                block.text.push_str(text);
            }
            _ => blocks.push(Block { line: line + 1, text: text.to_owned(), is_table, is_marked: false }),
        }
        is_open = true;
    }
    blocks
}
