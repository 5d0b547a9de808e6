//! A result that went, and why.

use crate::memo::counting::counter_block::Count;

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

impl Went {
    pub(super) fn of(count: Count) -> Option<Self> {
        match count {
            Count::Dropped => Some(Self::Dropped),
            Count::Evicted => Some(Self::Evicted),
            Count::Expired => Some(Self::Expired),
            Count::Cleared => Some(Self::Cleared),
            // Another is in its place.
            _ => None,
        }
    }
}
