//! Figures over many nodes, estimated from a few of them.

use super::node::Node;

/// Figures that can be added up.
pub(crate) trait Figures {
    /// Those of no nodes.
    fn none() -> Self;
    /// Adds figure by figure.
    fn add(&mut self, more: Self);
    /// Each figure as `by` has it.
    fn scaled(&self, by: &dyn Fn(u64) -> u64) -> Self;
}

impl<const N: usize> Figures for [u64; N] {
    fn none() -> Self {
        [0; N]
    }

    fn add(&mut self, more: Self) {
        for (sum, more) in self.iter_mut().zip(more) {
            *sum = sum.saturating_add(more);
        }
    }

    fn scaled(&self, by: &dyn Fn(u64) -> u64) -> Self {
        self.map(by)
    }
}

/// The sums of `of` over the first nodes of a list.
pub(super) struct Sample<'f, F, T> {
    most: usize,
    of: &'f mut F,
    looked: usize,
    sums: T,
}

impl<'f, T: Figures, F: FnMut(&Node) -> T> Sample<'f, F, T> {
    pub(super) fn new(most: usize, of: &'f mut F) -> Self {
        Self { most, of, looked: 0, sums: T::none() }
    }

    /// Adds a node, and returns whether the sample is complete.
    pub(super) fn look(&mut self, node: &Node) -> bool {
        self.looked += 1;
        self.sums.add((self.of)(node));
        self.looked >= self.most
    }

    /// Adds what `all` nodes would have, if the others are like those of the sample.
    pub(super) fn add_scaled(&self, all: usize, sums: &mut T) {
        if self.looked > 0 {
            let looked = self.looked as u128;
            sums.add(
                self.sums.scaled(&|sum| u64::try_from(u128::from(sum) * all as u128 / looked).unwrap_or(u64::MAX)),
            );
        }
    }
}
