use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is made and dropped of its tokens.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<[AtomicUsize; 3]>);

impl Tally {
    /// A tally of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is counted here, also when it is cloned and when it is dropped.
    #[must_use]
    pub fn token(&self) -> Token {
        self.0[0].fetch_add(1, Ordering::SeqCst);
        Token(self.clone())
    }

    /// How many were made, clones included.
    #[must_use]
    pub fn made(&self) -> usize {
        self.0[0].load(Ordering::SeqCst)
    }

    /// How many of them were clones.
    #[must_use]
    pub fn clones(&self) -> usize {
        self.0[1].load(Ordering::SeqCst)
    }

    /// How many were dropped.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.0[2].load(Ordering::SeqCst)
    }

    /// How many there are.
    #[must_use]
    pub fn alive(&self) -> usize {
        self.made() - self.dropped()
    }
}

/// A value that is counted; all tokens of one tally are equal.
#[derive(Debug)]
pub struct Token(Tally);

impl Clone for Token {
    fn clone(&self) -> Self {
        let tally = &self.0;
        tally.0[1].fetch_add(1, Ordering::SeqCst);
        tally.token()
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        let tally = &self.0;
        tally.0[2].fetch_add(1, Ordering::SeqCst);
    }
}

impl PartialEq for Token {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Token {}

impl std::hash::Hash for Token {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}
