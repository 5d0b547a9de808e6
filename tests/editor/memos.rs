//! Memos.

use memo_core::{Anchor, HasAnchor, weak_memo};
use std::sync::Arc;

/// A document.
#[derive(HasAnchor)]
pub struct Doc {
    /// What it says.
    pub text: String,
    anchor: Anchor,
}

/// How many words there are.
#[weak_memo]
pub fn words(doc: &Arc<Doc>) -> usize {
    doc.text.split_whitespace().count()
}

/// Lines of a width.
#[weak_memo(capacity = unbounded)]
pub fn lines(doc: &Arc<Doc>, width: usize) -> &[String] {
    doc.text.lines().map(|line| line.chars().take(width).collect()).collect()
}

/// Skips, patterns and keys.
#[weak_memo(cache_if = |found| *found > 1)]
pub fn found(
    doc: &Arc<Doc>,
    (from, to): (usize, usize),
    #[memo(key = word.len())] word: &str,
    #[memo(skip)] log: &dyn Fn(&str),
) -> usize {
    log(word);
    doc.text[from..to].matches(word).count()
}

impl Doc {
    /// Its first line.
    #[weak_memo]
    pub fn title(&self) -> &str {
        self.text.lines().next().unwrap_or_default().to_owned()
    }
}

/// What has an area.
pub trait Shape {
    /// It.
    fn area(&self, size: (u32, u32)) -> Option<u32>;
}

impl Shape for Doc {
    #[weak_memo(handle = none)]
    fn area(&self, (width, height): (u32, u32)) -> Option<u32> {
        let len = u32::try_from(self.text.len()).ok()?;
        Some(width * height * len)
    }
}

/// Calls them.
pub fn all() -> usize {
    let doc = Arc::new(Doc { text: String::new(), anchor: Anchor::new() });
    let title = doc.title();
    let stats = words_memo().stats();
    let known = Doc::title_memo().get(&doc);
    let lens = title.len() + known.map_or(0, str::len) + stats.hits as usize;
    words(&doc) + lines(&doc, 8).len() + found(&doc, (0, 1), "a", &|_| ()) + lens
}

/// Without memos.
pub fn plain() -> usize {
    let number = Arc::new(1_usize);
    *number
}
