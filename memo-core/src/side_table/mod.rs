//! The side table: from an `Arc`'s (or `Rc`'s) address to its anchor.
//!
//! # Invariants
//!
//! 1. A node holds a `Weak` of its object, so while the node is in the table no other allocation has that address:
//!    address and `Weak` together are a true identity.
//! 2. A node is taken out (its slot is gone) before its `Weak` is given back. So no reader can match a node of an
//!    object that is no more: a reader has a living object, and by (1) its address has no other node.
//! 3. The node of a *living* object is never taken out, even when its anchor is empty: a reader that found it holds
//!    nothing but the borrow of the object. Nodes do not move.
//! 4. A node is dead when its strong count is 0; that is final, since nobody upgrades. The fence after reading it is in
//!    [`Life::is_alive`].
//! 5. No user code runs while a shard is locked: dead nodes move out, the lock opens, then they drop (law 7).
//!
//! # Size classes
//!
//! A dead `Arc` keeps its allocation until its `Weak` is given back, so the bound of law 4 is a bound in bytes only if a
//! table of a million small objects does not delay the sweep of large ones. Objects of different sizes (by power of
//! two) therefore lie in different shards, and a miss sweeps the class of its own object: the dead of a class are then
//! at most a fixed share of the living of that class, in number and so within a factor of two in bytes. The class is
//! a matter of the object, not of the pointer's type, and for sized types known at compile time.

pub(crate) mod local;
pub(crate) mod shared;

use std::ptr::NonNull;

use hashbrown::{HashMap, HashTable};

use crate::anchor::Anchor;
use crate::life::Life;
use crate::memo::Core;
use crate::retained;

/// An anchor in the side table.
pub(crate) struct Node {
    /// Dropped first: the results go before the `Weak` does.
    anchor: Anchor,
    life: Life,
    address: usize,
    /// Bytes of the object itself, which a dead node still pins.
    size: usize,
}

impl Node {
    pub(crate) fn is_alive(&self) -> bool {
        self.life.is_alive()
    }
}

/// What the table needs to know of an object.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) address: usize,
    pub(crate) size: usize,
}

impl Subject {
    #[inline]
    pub(crate) fn of<T: ?Sized>(object: &T) -> Self {
        // By address alone: the metadata of a fat pointer is no part of an identity (law 6).
        Self { address: std::ptr::from_ref(object).cast::<()>() as usize, size: size_of_val(object) }
    }

    #[inline]
    pub(crate) fn class(self) -> usize {
        class_of(self.size)
    }
}

/// Up to 16 bytes, 32, ... and from 1 MiB on.
pub(crate) const CLASSES: usize = 18;

#[inline]
fn class_of(size: usize) -> usize {
    let ceil_log2 = usize::BITS - size.saturating_sub(1).leading_zeros();
    (ceil_log2.saturating_sub(4) as usize).min(CLASSES - 1)
}

/// Spreads addresses, whose low bits are all alike, over the whole word.
#[inline]
fn hash_of(address: usize) -> u64 {
    let mixed = (address as u64 >> 3).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ mixed >> 32
}

/// One part of a table: an index over a dense list, which is what a sweep walks.
pub(crate) struct Shard {
    index: HashTable<u32>,
    nodes: Vec<NodePtr>,
    /// Where the sweep goes on, over all nodes.
    cursor: usize,
    /// Where the sweep of the young goes on, counted from the end.
    young: usize,
}

/// A node of the table, not moving.
#[derive(Clone, Copy)]
struct NodePtr(NonNull<Node>);

// SAFETY: a node of the shared table holds a `Life` of an `Arc` and an anchor, both `Send + Sync`; a local table never
// leaves its thread.
unsafe impl Send for NodePtr {}
// SAFETY: as above.
unsafe impl Sync for NodePtr {}

impl NodePtr {
    fn get<'a>(self) -> &'a Node {
        // SAFETY: nodes are freed only after they were taken out of their shard, and callers hold the shard or know
        // that the object is alive (invariant 3).
        unsafe { self.0.as_ref() }
    }
}

/// Young objects are those that came last: this many in each shard.
const YOUNG: usize = 32;

impl Shard {
    pub(crate) const fn new() -> Self {
        Self { index: HashTable::new(), nodes: Vec::new(), cursor: 0, young: 0 }
    }

    fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn find(&self, address: usize) -> Option<NodePtr> {
        let nodes = &self.nodes;
        self.index
            .find(hash_of(address), |&at| nodes[at as usize].get().address == address)
            .map(|&at| nodes[at as usize])
    }

    fn find_or_add(&mut self, subject: Subject, life: impl FnOnce() -> Life) -> NodePtr {
        if let Some(node) = self.find(subject.address) {
            return node;
        }
        let node = Node { anchor: Anchor::new(), life: life(), address: subject.address, size: subject.size };
        let node = NodePtr(NonNull::from(Box::leak(Box::new(node))));
        let at = u32::try_from(self.nodes.len()).expect("fewer than 2^32 objects in a shard");
        self.nodes.push(node);
        let nodes = &self.nodes;
        self.index.insert_unique(hash_of(subject.address), at, |&at| hash_of(nodes[at as usize].get().address));
        node
    }

    /// Takes a dead node out: nobody borrows it, so it may move.
    fn take(&mut self, at: usize) -> Node {
        let node = self.nodes[at];
        let entry = self.index.find_entry(hash_of(node.get().address), |&other| other as usize == at);
        entry.expect("every node is indexed").remove();
        self.nodes.swap_remove(at);
        if let Some(moved) = self.nodes.get(at) {
            let was = self.nodes.len();
            let slot = self.index.find_mut(hash_of(moved.get().address), |&other| other as usize == was);
            *slot.expect("every node is indexed") = at as u32;
        }
        // SAFETY: it was leaked in `find_or_add`, and is in no list any more.
        *unsafe { Box::from_raw(node.0.as_ptr()) }
    }

    /// Gives room back after many have gone (law 4: a table that held a million and holds ten is small again).
    fn shrink(&mut self) {
        if self.nodes.len() < self.nodes.capacity() / 4 {
            let room = self.nodes.len() * 2;
            self.nodes.shrink_to(room);
            let nodes = &self.nodes;
            self.index.shrink_to(room, |&at| hash_of(nodes[at as usize].get().address));
        }
    }

    /// Takes out what is dead among the next `old` nodes and some of the young ones.
    fn sweep_some(&mut self, old: usize, dead: &mut Vec<Node>) {
        for _ in 0..old.min(self.nodes.len()) {
            if self.cursor >= self.nodes.len() {
                self.cursor = 0;
            }
            if self.nodes[self.cursor].get().is_alive() {
                self.cursor += 1;
            } else {
                dead.push(self.take(self.cursor));
            }
            if self.nodes.is_empty() {
                return;
            }
        }
        for _ in 0..(old / 2).min(self.nodes.len()) {
            if self.young >= self.nodes.len().min(YOUNG) {
                self.young = 0;
            }
            let at = self.nodes.len() - 1 - self.young;
            if self.nodes[at].get().is_alive() {
                self.young += 1;
            } else {
                dead.push(self.take(at));
                if self.nodes.is_empty() {
                    return;
                }
            }
        }
        self.shrink();
    }

    /// Takes out all that is dead.
    fn sweep_all(&mut self, dead: &mut Vec<Node>) {
        let mut at = 0;
        while at < self.nodes.len() {
            if self.nodes[at].get().is_alive() {
                at += 1;
            } else {
                dead.push(self.take(at));
            }
        }
        self.shrink();
    }

    /// Takes everything out, alive or not.
    fn drain(&mut self) -> Vec<Node> {
        self.index.clear();
        let nodes = std::mem::take(&mut self.nodes);
        // SAFETY: leaked in `find_or_add`, and in no list any more.
        nodes.into_iter().map(|node| *unsafe { Box::from_raw(node.0.as_ptr()) }).collect()
    }

    fn each(&self, mut visit: impl FnMut(&Node)) {
        self.nodes.iter().for_each(|node| visit(node.get()));
    }
}

/// The shards of one thread, a class each: its `Rc`s.
pub(crate) struct Shards([Shard; CLASSES]);

/// What a walk over the shared table and this thread's tells of each memo.
#[derive(Default)]
pub(crate) struct Audit(HashMap<*const Core, Figures>);

/// What stands in the side table for one memo.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    /// Bytes of dead objects with results of it.
    pub(crate) pinned_bytes: u64,
    /// Living objects that a result of it seems to hold.
    pub(crate) retained: u64,
}

impl Audit {
    pub(crate) fn take() -> Self {
        let mut figures = HashMap::<*const Core, Figures>::new();
        let mut add = |node: &Node| {
            if node.is_alive() {
                retained::each(&node.anchor, node.life.strong(), |core| figures.entry(core).or_default().retained += 1);
            } else {
                let size = node.size as u64;
                node.anchor.cells().each_memo(|core| figures.entry(core).or_default().pinned_bytes += size);
            }
        };
        shared::each(&mut add);
        local::each(&mut add);
        Self(figures)
    }

    pub(crate) fn of(&self, core: &'static Core) -> Figures {
        self.0.get(&std::ptr::from_ref(core)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_powers_of_two_from_16() {
        assert_eq!([0, 1, 16, 17, 32, 33, 64].map(class_of), [0, 0, 0, 1, 1, 2, 2]);
        assert_eq!(class_of(usize::MAX), CLASSES - 1);
    }
}
