/// Documented memos of every shape, such as a careful crate would have.
pub(crate) fn source() -> String {
    let mut source = HEAD.to_owned();
    for (number, (owner, text)) in OWNERS.iter().enumerate() {
        for (shape, (key, result, body)) in SHAPES.iter().enumerate() {
            let options = if !key.is_empty() && result.contains('&') { "(capacity = unbounded)" } else { "" };
            let docs =
                if result.contains("Result") { "///\n/// # Errors\n///\n/// If there is no text.\n" } else { "" };
            let vis = ["pub ", "pub(crate) ", ""][shape % 3];
            // Nobody calls these.
            let unused = if vis == "pub " { "" } else { "#[expect(dead_code, reason = \"an example\")]\n" };
            let body = body.replace("TEXT", text);
            source += &format!(
                "/// One of many.\n{docs}{unused}#[weak_memo{options}]\n#[must_use = \"it costs\"]\n{vis}fn memo_{number}_{shape}(doc: {owner}{key}) -> {result} {{\n    {body}\n}}\n\n"
            );
        }
    }
    source
}

const HEAD: &str = "//! Memos.

#![deny(warnings)]
#![warn(clippy::pedantic, missing_docs)]

mod lend;

use std::rc::Rc;
use std::sync::Arc;

use memo_core::{Anchor, Anchored, HasAnchor, weak_memo};

/// With an anchor inside.
#[derive(HasAnchor, Debug, Default)]
pub struct Doc {
    text: String,
    anchor: Anchor,
}

/// A key.
#[derive(memo_core::MemoKey, Clone, Copy, Debug)]
pub enum Mode {
    /// As it is.
    Plain,
    /// Cut after so many bytes.
    Cut(usize),
}

impl Doc {
    /// Its length.
    #[weak_memo]
    #[must_use]
    pub fn len_of_text(&self) -> usize {
        self.text.len()
    }

    /// Where its rows end.
    #[weak_memo(last)]
    pub fn rows(&mut self, width: usize, name: &str, #[memo(old)] old: Option<Vec<usize>>) -> &[usize] {
        let mut ends = old.unwrap_or_default();
        ends.clear();
        ends.extend((0..self.text.len()).step_by(width.max(name.len())));
        ends
    }

    /// Its text, loudly.
    #[weak_memo]
    #[must_use]
    pub fn loud(&self) -> &str {
        lend::value(self.text.to_uppercase())
    }

    /// Its length, later.
    #[weak_memo]
    pub async fn len_later(&self, more: usize) -> usize {
        std::future::ready(self.text.len() + more).await
    }

    /// Its text, loudly and later.
    #[weak_memo]
    pub async fn loud_later(&self) -> &str {
        lend::value(std::future::ready(self.text.to_uppercase()).await)
    }
}

/// Later.
#[weak_memo]
pub async fn later(doc: &Arc<Doc>, words: &[String]) -> Vec<usize> {
    std::future::ready(words.iter().map(|word| doc.text.matches(word.as_str()).count()).collect()).await
}

/// Perhaps later.
///
/// # Errors
///
/// If there is no text.
#[weak_memo]
pub async fn perhaps_later(doc: &Arc<Doc>) -> Result<&String, String> {
    let text = std::future::ready(doc.text.to_lowercase()).await;
    lend::result(if text.is_empty() { Err(text) } else { Ok(text) })
}

";

/// A type, and how to reach the text of such.
const OWNERS: &[(&str, &str)] =
    &[("&Arc<Doc>", "doc.text"), ("&Doc", "doc.text"), ("&Rc<String>", "doc"), ("&Anchored<String>", "doc")];

/// Further parameters, the result, and the body.
const SHAPES: &[(&str, &str, &str)] = &[
    ("", "usize", "TEXT.len()"),
    ("", "Option<usize>", "TEXT.find('a')"),
    ("", "Result<usize, String>", "TEXT.find('a').ok_or_else(|| TEXT.to_lowercase())"),
    ("", "&String", "lend::value(TEXT.to_lowercase())"),
    ("", "&str", "lend::value(TEXT.to_lowercase())"),
    ("", "Option<&String>", "lend::option_of(TEXT.find('a').map(|_| TEXT.to_lowercase()))"),
    (
        "",
        "Result<&String, String>",
        "lend::result(TEXT.find('a').map(|_| TEXT.to_lowercase()).ok_or_else(String::new))",
    ),
    (", width: usize", "String", "TEXT.chars().take(width).collect()"),
    (", word: &str", "usize", "TEXT.matches(word).count()"),
    (", words: &[String]", "bool", "words.iter().any(|word| TEXT.contains(word.as_str()))"),
    (", mode: Mode", "usize", "match mode { Mode::Plain => TEXT.len(), Mode::Cut(at) => TEXT.len().min(at) }"),
    (", (from, to): (usize, usize)", "String", "TEXT.chars().skip(from).take(to).collect()"),
    (", #[memo(key = words.len())] words: &[f64]", "usize", "TEXT.len() + words.len()"),
    (", #[memo(skip)] log: &dyn Fn(&str)", "usize", "{ log(\"\"); TEXT.len() }"),
    (", epoch: u64", "usize", "TEXT.len()"),
    (", from: usize", "&str", "lend::value(TEXT.chars().skip(from).collect::<String>())"),
];
