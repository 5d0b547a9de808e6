//! A verdict in words, and what to do about it.

use memo_core::Verdict;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct Said {
    /// Its name in the documentation of `memo_core::Verdict`.
    verdict: Verdict,
    /// A part of a sentence whose subject is the memo.
    says: String,
    /// What to do.
    advice: &'static str,
    /// The smaller, the worse.
    rank: usize,
}

impl Said {
    pub(crate) fn all(verdicts: &[Verdict]) -> Vec<Self> {
        verdicts.iter().map(|&verdict| Self::new(verdict)).collect()
    }

    fn new(verdict: Verdict) -> Self {
        let rank = Verdict::ALL.iter().position(|one| *one == verdict).unwrap_or(usize::MAX);
        Self { verdict, says: verdict.to_string(), advice: verdict.advice(), rank }
    }
}
