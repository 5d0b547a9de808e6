//! A result that went, and why.

/// A result without its types: its cell, and the hash of its extra key. Another may have been there before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) cell: usize,
    pub(crate) hash: u64,
}

/// Why there is no result where there was one, or might be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Went {
    Dropped,
    Evicted,
    Expired,
    Cleared,
    Rejected,
    Unfinished,
    Overtaken,
}
