//! A function's site: what the attribute says about it.

use std::time::Duration;

/// How many entries one living owner may have, unless `capacity` says otherwise.
pub const DEFAULT_CAPACITY: usize = 1024;

/// Checks a written capacity, at compile time.
#[must_use]
pub const fn capacity(entries: usize) -> usize {
    assert!(entries > 0, "`capacity` must be at least 1; to switch a memo off, call its body");
    entries
}

/// The spans of a memo whose results expire, asked for each time a result is stored.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// From when a result is stored until it is over.
    pub ttl: Option<fn() -> Duration>,
    /// From the last hit until it is over.
    pub idle: Option<fn() -> Duration>,
    /// How long after `ttl` callers still get it while one of them computes it again.
    pub stale: Option<fn() -> Duration>,
    /// The share of `ttl` by which it is shortened at most, by chance.
    pub jitter: f64,
}

impl Times {
    /// Of results that do not expire.
    pub const NONE: Self = Self { ttl: None, idle: None, stale: None, jitter: 0.0 };
}

/// Checks a written jitter, at compile time.
#[must_use]
pub const fn jitter(share: f64) -> f64 {
    assert!(share > 0.0 && share <= 1.0, "`jitter` is a share of `ttl`: more than 0.0 and at most 1.0");
    share
}

/// Everything the attribute knows about a function.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// `module_path!()`
    pub module: &'static str,
    /// The function's name.
    pub function: &'static str,
    /// The name given by option.
    pub name: Option<&'static str>,
    /// `file!()`
    pub file: &'static str,
    /// `line!()`
    pub line: u32,
    /// `column!()`
    pub column: u32,
    /// The options as written.
    pub options: &'static str,
    /// Entries under one owner; `usize::MAX` is unbounded.
    pub capacity: usize,
    /// Whether concurrent callers wait for one compute.
    pub single_flight: bool,
    /// Whether results are lent.
    pub lends: bool,
    /// Whether the word `local` was written.
    pub local: bool,
    /// The names of what takes part in the key besides the owner.
    pub key: &'static [&'static str],
    /// When results expire.
    pub times: Times,
}

impl Site {
    /// Whether anything but the owner takes part in the key.
    pub(crate) fn is_keyed(&self) -> bool {
        !self.key.is_empty()
    }

    /// For the library's own cells on anchors.
    pub(crate) const fn built_in(function: &'static str) -> Self {
        Self {
            module: "memo_core",
            function,
            name: None,
            file: file!(),
            line: line!(),
            column: column!(),
            options: "",
            capacity: usize::MAX,
            single_flight: false,
            lends: false,
            local: false,
            key: &[],
            times: Times::NONE,
        }
    }
}
