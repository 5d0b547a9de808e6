//! The ways to remember, each in a file that has all that it takes and nothing else: what `code` counts.

mod by_hand;
mod cached_by_address;
mod cached_by_hash;
mod comemo;
mod memos;
mod memos_inside;
mod moka_by_address;
mod moka_by_hash;
mod nothing;
mod pairs;
mod salsa;

use super::code;
use super::replay::{Kind, Outcome, replay};
use corpus::Script;

/// A way by its name.
pub(crate) struct Entry {
    /// Its column in the table.
    pub(crate) name: &'static str,
    /// All of its code.
    sources: &'static [&'static str],
    pub(crate) replay: fn(&Script, Kind) -> Outcome,
}

impl Entry {
    pub(crate) fn lines_of_code(&self) -> usize {
        self.sources.iter().map(|source| code::lines(source)).sum()
    }
}

/// The editor without any.
pub(crate) const NOTHING: Entry = Entry { name: "nothing", sources: &[], replay: replay::<nothing::Nothing> };

/// All, ours first.
pub(crate) const ALL: &[Entry] = &[
    Entry { name: "memo-core", sources: &[include_str!("memos.rs")], replay: replay::<memos::Memos> },
    Entry {
        name: "memo-core, anchor inside",
        sources: &[include_str!("memos_inside.rs")],
        replay: replay::<memos_inside::MemosInside>,
    },
    Entry { name: "salsa", sources: &[include_str!("salsa.rs")], replay: replay::<salsa::Salsa> },
    Entry { name: "comemo", sources: &[include_str!("comemo.rs")], replay: replay::<comemo::Comemo> },
    Entry {
        name: "cached by address",
        sources: &[include_str!("cached_by_address.rs"), include_str!("pairs.rs")],
        replay: replay::<cached_by_address::CachedByAddress>,
    },
    Entry {
        name: "cached by hash",
        sources: &[include_str!("cached_by_hash.rs")],
        replay: replay::<cached_by_hash::CachedByHash>,
    },
    Entry {
        name: "moka by address",
        sources: &[include_str!("moka_by_address.rs"), include_str!("pairs.rs")],
        replay: replay::<moka_by_address::MokaByAddress>,
    },
    Entry {
        name: "moka by hash",
        sources: &[include_str!("moka_by_hash.rs")],
        replay: replay::<moka_by_hash::MokaByHash>,
    },
    Entry { name: "HashMap by hand", sources: &[include_str!("by_hand.rs")], replay: replay::<by_hand::ByHand> },
];
