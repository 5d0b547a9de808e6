//! How much is simulated.

/// How much is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// What is recorded.
    Whole,
    /// Whether all of it works.
    Quick,
}
