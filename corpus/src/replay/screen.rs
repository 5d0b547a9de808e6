//! What the editor shows. Nobody looks at it but the comparison of the replays.

use std::hash::{DefaultHasher, Hash, Hasher};

#[derive(Debug, Default)]
pub(crate) struct Screen {
    all: DefaultHasher,
    pub(crate) answers: u64,
}

impl Screen {
    pub(crate) fn show(&mut self, answer: impl Hash) {
        self.answers += 1;
        answer.hash(&mut self.all);
    }

    /// Of everything that was shown so far: equal for replays whose answers are equal.
    pub(crate) fn digest(&self) -> u64 {
        self.all.finish()
    }
}
