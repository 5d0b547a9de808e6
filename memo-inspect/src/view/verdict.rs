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
        let (rank, advice) = advice(verdict);
        Self { verdict, says: verdict.to_string(), advice, rank }
    }
}

/// In short what the documentation says, and how bad it is: a new verdict has no advice yet, and comes last.
fn advice(verdict: Verdict) -> (usize, &'static str) {
    match verdict {
        Verdict::HoldsItsArgument => (0, "Return an id, a copy or a Weak."),
        Verdict::ObjectsDieFirst => (1, "Remove the memo; or share the objects instead of making them anew."),
        Verdict::NeverHit => (2, "Leave out of the key what does not matter, or remove the memo."),
        Verdict::EvictsEarly => (3, "Raise its capacity."),
        Verdict::CheaperThanAHit => (4, "Remove the memo, if an optimised build says the same."),
        Verdict::WaitsMoreThanItComputes => {
            (5, "Nothing, where a compute is dear; else warm it up, or let callers compute side by side.")
        }
        _ => (6, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranks_are_in_the_order_of_the_verdicts() {
        let mut all = [
            Verdict::WaitsMoreThanItComputes,
            Verdict::CheaperThanAHit,
            Verdict::EvictsEarly,
            Verdict::NeverHit,
            Verdict::ObjectsDieFirst,
            Verdict::HoldsItsArgument,
        ];
        all.sort();
        assert_eq!(all.map(|verdict| advice(verdict).0), [0, 1, 2, 3, 4, 5]);
    }
}
