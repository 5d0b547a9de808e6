//! What is true, and not yet in the file.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use crate::engine::Holder;
use crate::engine::rules::{Claim, Lease};
use crate::key::Key;

/// Holds that gets took, and the claims.
///
/// A get writes nothing, so that it waits for no disk. What it takes hold of is kept here until the next transaction writes it, first of all
/// that it does. So no transaction sees a hold too few, and since the file is this process's alone, nobody else looks.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) holds: HashMap<(Key, Holder), u64>,
    /// Those of holders that had none, or one that had run out.
    pub(super) leases: HashMap<Holder, Lease>,
    /// The one in the file that was looked at last: most are of one holder. It is read anew after each transaction that changed something.
    pub(super) seen: Cell<Option<(Holder, Lease)>>,
    /// Never in the file: they are about what this process computes just now.
    pub(super) claims: BTreeMap<Key, Claim>,
}

/// So many holds wait at most, unless a transaction waits for the disk. Whoever takes the last one writes them all: some milliseconds.
const MOST: usize = 256;

impl Waiting {
    pub(super) fn is_too_much(&self) -> bool {
        self.holds.len() >= MOST
    }

    /// Holds and leases are in the file now.
    pub(super) fn written(&mut self) {
        self.holds.clear();
        self.leases.clear();
        self.seen.take();
    }

    pub(super) fn set_claim(&mut self, key: Key, claim: Option<Claim>) {
        match claim {
            Some(claim) => self.claims.insert(key, claim),
            None => self.claims.remove(&key),
        };
    }
}
