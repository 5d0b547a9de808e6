//! Why an engine did not answer.

use std::error::Error;
use std::fmt;

/// Why an engine did not answer. To a caller of a memo all are the same: a miss.
#[derive(Debug)]
pub struct Fault {
    kind: FaultKind,
    source: Box<dyn Error + Send + Sync>,
}

/// The kinds of faults, as the statistics count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// It cannot be reached, or has ended the connection.
    Down,
    /// It took too long.
    Slow,
    /// It has no room.
    Full,
    /// It answers what makes no sense, or its file is damaged.
    Damaged,
}

impl Fault {
    /// A fault of this kind.
    pub fn new(kind: FaultKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: source.into() }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> FaultKind {
        self.kind
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store {}", self.kind)
    }
}

/// What is the matter with a store, in words that follow its name.
impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "cannot be reached",
            Self::Slow => "took too long",
            Self::Full => "is full",
            Self::Damaged => "is damaged",
        })
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
