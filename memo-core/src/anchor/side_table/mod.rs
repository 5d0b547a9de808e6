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
//! 4. A node is dead when its strong count is 0; that is final, since nobody upgrades. Before anything of it is ended, or its memory
//!    used again, [`fence::after_deaths`](crate::sys::fence::after_deaths) is passed.
//! 5. No user code runs while a shard is locked: dead nodes move out, the lock opens, then they drop (law 7).
//!
//! A hit finds its node through an [`index`], without a lock; who adds nodes or takes them out holds the lock of their
//! [`shard`] (in a thread's own table, is that thread). Nodes lie in [`slab`]s and are used again.
//!
//! # Size classes
//!
//! A dead `Arc` keeps its allocation until its `Weak` is given back, so the bound of law 4 is a bound in bytes only if a
//! table of a million small objects does not delay the sweep of large ones. The nodes of objects of different sizes (by power of
//! two) therefore lie in different slabs, and who adds a node looks for the dead among those of its own class: the dead of a class are
//! then at most a fixed share of the living of that class, in number and so within a factor of two in bytes. The class is
//! a matter of the object, not of the pointer's type.

mod index;
pub(crate) mod local;
pub(crate) mod node;
mod retired;
pub(crate) mod shard;
pub(crate) mod shared;
mod slab;

use std::ptr::NonNull;

use hashbrown::{HashMap, HashSet};

use crate::anchor::anchor::Anchor;
use crate::anchor::back_link;
use crate::memo::core::Core;
use node::{Node, Room};

/// An anchor that was found or made.
pub(crate) struct Made<'a> {
    pub(crate) anchor: &'a Anchor,
    /// Where this call may put a first result: it made the node, a roomy one.
    pub(crate) room: Option<&'a Room>,
    /// Whether this call made the node.
    pub(crate) fresh: bool,
}

impl Made<'_> {
    /// # Safety
    /// The node's object lives, and is borrowed for the lifetime.
    unsafe fn of(node: NonNull<Node>, fresh: bool) -> Self {
        Self {
            // SAFETY: the caller's: the node of a living object stays.
            anchor: unsafe { (*node.as_ptr()).anchor() },
            // SAFETY: as above.
            room: if fresh { unsafe { Node::room(node) } } else { None },
            fresh,
        }
    }
}

/// What the table needs to know of an object.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) address: usize,
    pub(crate) size: usize,
}

impl Subject {
    #[inline(always)]
    pub(crate) fn of<T: ?Sized>(object: &T) -> Self {
        // By address alone: the metadata of a fat pointer is no part of an identity (law 6).
        Self { address: std::ptr::from_ref(object).cast::<()>() as usize, size: size_of_val(object) }
    }

    /// What stands for an in-object argument in a thread's own table: the peer at this address. It weighs nothing.
    pub(crate) fn of_peer(address: usize) -> Self {
        Self { address, size: 0 }
    }
}

/// Up to 16 bytes, 32, ... and from 1 MiB on.
const CLASSES: usize = 18;

#[inline(always)]
fn class_of(size: usize) -> usize {
    let ceil_log2 = usize::BITS - size.saturating_sub(1).leading_zeros();
    (ceil_log2.saturating_sub(4) as usize).min(CLASSES - 1)
}

/// 2^64 over the golden ratio.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Spreads addresses over the high bits of a word, the best of which are the highest: a multiplication by 2^64 over the golden
/// ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4). Alone it sends some even distances between objects to
/// nearly one place, and allocators give out even distances; so the pages' bits are mixed into those below first.
#[inline(always)]
fn hash_of(address: usize) -> u64 {
    let granule = address as u64 >> 4;
    (granule ^ granule >> 9).wrapping_mul(SPREAD)
}

/// Bytes of dead objects, for each memo that has results of them: from a walk over the shared table and this thread's.
#[derive(Default)]
pub(crate) struct Pinned(HashMap<*const Core, u64>);

impl Pinned {
    pub(crate) fn of_all() -> Self {
        let mut pinned = HashMap::<*const Core, u64>::new();
        let mut add = |node: &Node| {
            let bytes = pinned_by(node);
            if bytes > 0 {
                node.anchor().cells().each_memo(|core| *pinned.entry(core).or_default() += bytes);
            }
        };
        shared::each(&mut add);
        local::each(&mut add);
        Self(pinned)
    }

    pub(crate) fn of(&self, core: &'static Core) -> u64 {
        self.0.get(&std::ptr::from_ref(core)).copied().unwrap_or_default()
    }
}

fn pinned_by(node: &Node) -> u64 {
    if node.life().is_alive() { 0 } else { node.bytes() }
}

/// The same for one memo, from a sample where there are many nodes.
pub(crate) fn pinned_bytes(core: &'static Core) -> u64 {
    let of = |node: &Node| {
        let bytes = pinned_by(node);
        if bytes > 0 && node.anchor().cells().find(core).is_some() { bytes } else { 0 }
    };
    let most = if shared::live() + local::live() <= EXACT { usize::MAX } else { SAMPLE };
    shared::estimate(most, &of) + local::estimate(most, &of)
}

/// So many nodes are all looked at for an estimate; of more, so many of each shard and class.
const EXACT: usize = 4096;
const SAMPLE: usize = 32;

/// How many results of `core` are there whose owner or another weak argument is dead, in the shared table.
pub(crate) fn dead_entries(core: &'static Core) -> usize {
    let (mut dead, mut cells) = (0, HashSet::new());
    let mut links = HashSet::new();
    shared::each(&mut |node: &Node| {
        if node.life().is_alive() {
            return;
        }
        if let Some(cell) = node.anchor().cells().find(core) {
            // SAFETY: the vtable is that of the cell's memo, and the node's cells stand.
            dead += unsafe { (core.vtable().ready)(cell) };
            cells.insert(cell.addr().get());
        }
        if let Some(peer) = back_link::find(node.anchor()) {
            peer.each_entry(|cell, entry| {
                if std::ptr::eq(cell.memo(), core) && cell.is_ready(entry) {
                    links.insert((cell.address(), entry));
                }
            });
        }
    });
    // An entry whose owner is dead, too, was counted with the others of that.
    dead + links.iter().filter(|(cell, _)| !cells.contains(cell)).count()
}

/// The results of `core`, of owners in the shared table, all of whose arguments live.
pub(crate) fn living_entries(core: &'static Core) -> usize {
    let mut found = 0;
    shared::each(&mut |node: &Node| {
        if node.life().is_alive() {
            found += living(node, core);
        }
    });
    found
}

/// Whether a result of `core` is there that would be found if it was asked for: a quick look, which may not see one.
pub(crate) fn sees_living(core: &'static Core) -> bool {
    let mut sees = |node: &Node| node.life().is_alive() && living(node, core) > 0;
    if core.is_local() { local::any(&mut sees) } else { shared::any(&mut sees) }
}

/// Results of `core` on a node all of whose arguments besides the owner live.
fn living(node: &Node, core: &'static Core) -> usize {
    let Some(cell) = node.anchor().cells().find(core) else { return 0 };
    // SAFETY: the vtable is that of the cell's memo, and the node's cells stand.
    unsafe { (core.vtable().living)(cell) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the distance between objects that were allocated one after the other, few share a place.
    #[test]
    fn objects_at_even_distances_are_spread() {
        const OBJECTS: usize = 1024;
        const SLOTS: usize = 2048;
        for distance in (16..=4096).step_by(16) {
            let mut slots = vec![false; SLOTS];
            let mut probes = 0;
            for n in 0..OBJECTS {
                let mut at = (hash_of(0x7f12_3400_0010 + n * distance) >> (64 - SLOTS.trailing_zeros())) as usize;
                probes += 1;
                while slots[at] {
                    at = (at + 1) % SLOTS;
                    probes += 1;
                }
                slots[at] = true;
            }
            assert!(probes < 4 * OBJECTS, "{probes} probes for {OBJECTS} objects at distances of {distance}");
        }
    }

    #[test]
    fn classes_are_powers_of_two_from_16() {
        assert_eq!([0, 1, 16, 17, 32, 33, 64].map(class_of), [0, 0, 0, 1, 1, 2, 2]);
        assert_eq!(class_of(usize::MAX), CLASSES - 1);
    }
}
