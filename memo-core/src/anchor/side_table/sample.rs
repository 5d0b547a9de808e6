//! Figures over many nodes, estimated from a few of them.

use super::node::Node;

/// The sums of `of` over the first nodes of a list.
pub(super) struct Sample<'f, F, const N: usize> {
    most: usize,
    of: &'f mut F,
    looked: usize,
    sums: [u64; N],
}

impl<'f, F: FnMut(&Node) -> [u64; N], const N: usize> Sample<'f, F, N> {
    pub(super) fn new(most: usize, of: &'f mut F) -> Self {
        Self { most, of, looked: 0, sums: [0; N] }
    }

    /// Adds a node, and returns whether the sample is complete.
    pub(super) fn look(&mut self, node: &Node) -> bool {
        self.looked += 1;
        add(&mut self.sums, (self.of)(node));
        self.looked >= self.most
    }

    /// Adds what `all` nodes would have, if the others are like those of the sample.
    pub(super) fn add_scaled(&self, all: usize, sums: &mut [u64; N]) {
        if self.looked > 0 {
            let scaled = |sum| u64::try_from(u128::from(sum) * all as u128 / self.looked as u128).unwrap_or(u64::MAX);
            add(sums, self.sums.map(scaled));
        }
    }
}

/// Adds figure by figure.
pub(super) fn add<const N: usize>(sums: &mut [u64; N], more: [u64; N]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.saturating_add(more);
    }
}
