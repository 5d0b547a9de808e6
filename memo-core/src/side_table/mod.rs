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
//! A hit finds its node in an [`index`], without a lock; who adds nodes or takes them out holds the lock of their
//! [`shard`] (in a thread's own table, is that thread).
//!
//! # Size classes
//!
//! A dead `Arc` keeps its allocation until its `Weak` is given back, so the bound of law 4 is a bound in bytes only if a
//! table of a million small objects does not delay the sweep of large ones. Objects of different sizes (by power of
//! two) therefore lie in different shards, and a miss sweeps the class of its own object: the dead of a class are then
//! at most a fixed share of the living of that class, in number and so within a factor of two in bytes. The class is
//! a matter of the object, not of the pointer's type, and for sized types known at compile time.

mod index;
pub(crate) mod local;
mod shard;
pub(crate) mod shared;

use hashbrown::HashMap;

use crate::anchor::Anchor;
use crate::life::Life;
use crate::memo::Core;

/// An anchor in the side table.
#[repr(C)]
pub(crate) struct Node {
    /// Dropped first: the results go before the `Weak` does. At the beginning: a hit has no time to add.
    anchor: Anchor,
    life: Life,
    size: Size,
    /// The how-manieth node of its table this is; wraps.
    number: u32,
}

impl Node {
    pub(crate) fn is_alive(&self) -> bool {
        self.life.is_alive()
    }
}

/// A node that was taken out: nobody reaches it any more. Boxed: sweeps pass many from hand to hand.
pub(crate) struct Taken(Box<Node>);

impl Taken {
    pub(crate) fn anchor(&self) -> &Anchor {
        &self.0.anchor
    }
}

/// Bytes of an object, which a dead node still pins. In half a word: exact below 2 GiB, in whole MiB from there on.
#[derive(Clone, Copy)]
struct Size(u32);

impl Size {
    const IN_MIB: u32 = 1 << 31;

    fn of(bytes: usize) -> Self {
        match u32::try_from(bytes) {
            Ok(bytes) if bytes < Self::IN_MIB => Self(bytes),
            _ => Self(Self::IN_MIB | u32::try_from(bytes >> 20).unwrap_or(u32::MAX)),
        }
    }

    fn bytes(self) -> u64 {
        let figure = u64::from(self.0 & !Self::IN_MIB);
        if self.0 & Self::IN_MIB == 0 { figure } else { figure << 20 }
    }
}

/// Where a node was seen, and when it came.
pub(crate) struct Seen {
    number: u32,
    class: usize,
    address: usize,
}

/// Puts what was seen into the order of coming. `next` is the number of the next node to come.
fn in_order(seen: &mut [Seen], next: u32) {
    seen.sort_unstable_by_key(|seen| seen.number.wrapping_sub(next));
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

    #[inline(always)]
    pub(crate) fn class(self) -> usize {
        class_of(self.size)
    }
}

/// Up to 16 bytes, 32, ... and from 1 MiB on.
pub(crate) const CLASSES: usize = 18;

#[inline(always)]
fn class_of(size: usize) -> usize {
    let ceil_log2 = usize::BITS - size.saturating_sub(1).leading_zeros();
    (ceil_log2.saturating_sub(4) as usize).min(CLASSES - 1)
}

/// Spreads addresses over the high bits of a word, the best of which are the highest: a multiplication by 2^64 over the golden
/// ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4). Alone it sends some even distances between objects to
/// nearly one place, and allocators give out even distances; so the pages' bits are mixed into those below first.
#[inline(always)]
fn hash_of(address: usize) -> u64 {
    let granule = address as u64 >> 4;
    (granule ^ granule >> 9).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// What a walk over the shared table and this thread's tells of each memo.
#[derive(Default)]
pub(crate) struct Audit(HashMap<*const Core, Figures>);

/// What stands in the side table for one memo.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    /// Bytes of dead objects with results of it.
    pub(crate) pinned_bytes: u64,
}

impl Audit {
    pub(crate) fn take() -> Self {
        let mut figures = HashMap::<*const Core, Figures>::new();
        let mut add = |node: &Node| {
            if !node.is_alive() {
                let size = node.size.bytes();
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
    fn sizes_are_exact_below_two_gib_and_in_mib_above() {
        for bytes in [0, 1, 4096, (2 << 30) - 1, 2 << 30, 5 << 30] {
            assert_eq!(Size::of(bytes).bytes(), bytes as u64);
        }
        assert_eq!(Size::of((3 << 30) + 5).bytes(), 3 << 30);
    }

    #[test]
    fn the_order_of_coming_outlives_the_end_of_the_numbers() {
        let next = 3;
        let mut seen: Vec<_> =
            [2, u32::MAX, 0, u32::MAX - 1, 1].map(|number| Seen { number, class: 0, address: 0 }).into();
        in_order(&mut seen, next);
        assert_eq!(seen.iter().map(|seen| seen.number).collect::<Vec<_>>(), [u32::MAX - 1, u32::MAX, 0, 1, 2]);
    }

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
