use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// What the compiler said of one crate.
pub(crate) struct Report {
    pub(crate) name: String,
    /// Each finding, with how often it was told.
    findings: BTreeMap<Finding, usize>,
}

/// One warning: which lint, where, and in what words.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    place: (u64, u64),
    pub(crate) lint: String,
    text: String,
}

impl Report {
    /// Those of cargo's messages that are about the crate of this name.
    pub(crate) fn of(name: &str, messages: &str) -> Self {
        let mut findings = BTreeMap::new();
        for line in messages.lines() {
            let line: Value = serde_json::from_str(line).expect("cargo writes JSON, a line each");
            let about = line["package_id"].as_str().is_some_and(|id| id.contains(&format!("/{name}#")));
            if about
                && line["reason"] == "compiler-message"
                && !line["message"]["spans"].as_array().expect("a list").is_empty()
            {
                *findings.entry(Finding::new(&line["message"])).or_default() += 1;
            }
        }
        Self { name: name.to_owned(), findings }
    }

    pub(crate) fn len(&self) -> usize {
        self.findings.values().sum()
    }

    pub(crate) fn lines(&self) -> String {
        self.findings.keys().map(|finding| format!("{finding}\n")).collect()
    }

    /// What was told here, and not in the other or more often than there.
    pub(crate) fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().flat_map(|(finding, &times)| {
            let there = other.findings.get(finding).copied().unwrap_or_default();
            std::iter::repeat_n(finding, times.saturating_sub(there))
        })
    }
}

/// What is wrong, as the compiler shows it.
pub(crate) fn errors(messages: &str) -> String {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter(|line| line["message"]["level"] == "error").map(|line| text(&line["message"]["rendered"])).collect()
}

impl Finding {
    fn new(message: &Value) -> Self {
        let first = &message["spans"][0];
        let place = (number(&first["line_start"]), number(&first["column_start"]));
        Self { place, lint: text(&message["code"]["code"]), text: words(message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}: {}", self.place.0, self.place.1, self.lint, self.text)
    }
}

/// The message with all that hangs on it, but for where the lint's level was set: that is told with its first finding only.
fn words(message: &Value) -> String {
    let mut words = text(&message["message"]);
    for span in message["spans"].as_array().into_iter().flatten() {
        let at = ["line_start", "column_start", "line_end", "column_end"].map(|part| number(&span[part]));
        words += &format!(" {at:?}{}{}", text(&span["label"]), text(&span["suggested_replacement"]));
    }
    let children = message["children"].as_array().into_iter().flatten();
    for child in children.map(self::words).filter(|words| !sets_a_level(words)) {
        words += &format!("; {child}");
    }
    words
}

fn sets_a_level(words: &str) -> bool {
    words.contains("on by default")
        || words.contains("implied by `")
        || words.contains("requested on the command line")
        || words.contains("lint level is defined here")
        || words.starts_with("to override `")
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
