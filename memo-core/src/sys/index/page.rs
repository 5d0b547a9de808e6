//! A page of the index: seven slots, with one byte each to probe them by: 64 bytes, a cache line where the page is aligned to one.

use std::ptr::NonNull;

use crate::sys::sync::{AtomicPtr, AtomicU64, Ordering, Watched, const_fn};

/// Pages of a chunk.
pub(super) const PAGES: usize = if cfg!(memo_loom) { 1 } else { 16 };

/// Slots of a page: as many as fit into a cache line together with their tags. Models have small ones.
pub(super) const SLOTS: usize = if cfg!(memo_loom) { 2 } else { 7 };

// With pointers of 32 bits it would be smaller, and its size no power of two.
#[cfg_attr(target_pointer_width = "64", repr(C))]
#[cfg_attr(not(target_pointer_width = "64"), repr(C, align(64)))]
pub(super) struct Page<N> {
    tags: AtomicU64,
    nodes: [AtomicPtr<N>; SLOTS],
    /// Empty, except in models, where it detects a read after the end.
    pub(super) watched: Watched,
}

// A page is found by a shift.
#[cfg(not(memo_loom))]
const _: () = assert!(size_of::<Page<()>>() == 64);

impl<N> Page<N> {
    const_fn! {
        /// A page whose slots are all free.
        pub(super) fn new() -> Self {
            Self {
                tags: AtomicU64::new(0),
                #[cfg(not(memo_loom))]
                nodes: [const { AtomicPtr::new(std::ptr::null_mut()) }; SLOTS],
                #[cfg(memo_loom)]
                nodes: std::array::from_fn(|_| AtomicPtr::new(std::ptr::null_mut())),
                watched: Watched::fresh(),
            }
        }
    }

    /// The tags, for a reader.
    #[inline(always)]
    pub(super) fn look(&self) -> Tags {
        self.watched.look();
        Tags(self.tags.load(Ordering::Acquire))
    }

    /// The node in a slot that has or had a tag.
    #[inline(always)]
    pub(super) fn node(&self, slot: usize) -> NonNull<N> {
        let node = self.nodes[slot].load(Ordering::Acquire);
        // SAFETY: a node was put there before the tag was set, and a node is only ever replaced by another.
        unsafe { NonNull::new_unchecked(node) }
    }

    /// The node in the slot of a tag that was found.
    #[inline(always)]
    pub(super) fn found(&self, Found(bit): Found) -> NonNull<N> {
        const POINTER: usize = if cfg!(memo_loom) { 0 } else { size_of::<*mut ()>() };
        if POINTER != 8 {
            return self.node(bit / 8);
        }
        // A slot's tag is as many bits from the first tag as its node is bytes from the first node. So a hit does not divide.
        // SAFETY: the highest bit of a tag's byte, so it leads to the node of that tag.
        let node = unsafe { self.nodes.as_ptr().byte_add(bit - HIGHEST.trailing_zeros() as usize) };
        // SAFETY: as above.
        let node = unsafe { &*node }.load(Ordering::Acquire);
        // SAFETY: as in `node`.
        unsafe { NonNull::new_unchecked(node) }
    }

    /// The tags, for the writer.
    pub(super) fn tags(&self) -> Tags {
        Tags(self.tags.load(Ordering::Relaxed))
    }

    /// Inserts a node into a free slot.
    pub(super) fn fill(&self, slot: usize, tag: u64, node: NonNull<N>) {
        // Both `Release`: a reader of either finds a complete node.
        self.nodes[slot].store(node.as_ptr(), Ordering::Release);
        self.tags.store(self.tags().0 | (tag ^ INVERTED) << (8 * slot), Ordering::Release);
    }

    pub(super) fn clear(&self, slot: usize) {
        self.tags.store(self.tags().0 & !(0xFF << (8 * slot)), Ordering::Relaxed);
    }

    /// Frees all slots.
    pub(super) fn free_all(&self) {
        self.tags.store(0, Ordering::Relaxed);
    }

    /// Counts one node more, or one less, that belongs here and lies further on. A saturated count stays, which only costs time.
    pub(super) fn pass(&self, more: bool) {
        let tags = self.tags().0;
        if tags >> PASSED_AT == MOST_PASSED {
            return;
        }
        if more {
            self.tags.store(tags + ONE_PASSED, Ordering::Release);
        } else {
            self.tags.store(tags - ONE_PASSED, Ordering::Relaxed);
        }
    }
}

/// One byte for each slot: its tag, inverted, or 0 if it is free. The highest byte counts the nodes that found no place here and lie
/// further on (as in Facebook's F14 tables).
#[derive(Clone, Copy)]
pub(super) struct Tags(u64);

const PASSED_AT: u32 = 56;
const ONE_PASSED: u64 = 1 << PASSED_AT;
const MOST_PASSED: u64 = u64::MAX >> PASSED_AT;
/// The lowest bit of each slot's byte: it is set unless the slot is free.
const ONES: u64 = 0x0001_0101_0101_0101 & ((1 << (8 * SLOTS)) - 1);
/// The highest bit of each slot's byte: it is never set.
const HIGHEST: u64 = ONES << 7;
/// All other bits of a slot's byte: a tag is stored with these inverted.
const INVERTED: u64 = 0x7F;

impl Tags {
    /// The slots with this tag. No free slot has it, since all tags are even.
    #[inline(always)]
    pub(super) fn of(self, tag: u64) -> Slots {
        // Of an equal tag all seven bits are set now. One more carries into the eighth, and from no byte into the next.
        let same = self.0 ^ (tag * ONES);
        Slots(same.wrapping_add(ONES) & HIGHEST)
    }

    /// The first of them.
    #[inline(always)]
    pub(super) fn first_of(self, tag: u64) -> Option<Found> {
        let Slots(bits) = self.of(tag);
        (bits != 0).then(|| Found(bits.trailing_zeros() as usize))
    }

    pub(super) fn taken(self) -> Slots {
        Slots(self.0 & ONES)
    }

    pub(super) fn free(self) -> Option<usize> {
        Slots(!self.0 & ONES).next()
    }

    /// Whether no node that belongs here lies further on.
    #[inline(always)]
    pub(super) fn is_last(self) -> bool {
        self.0 < ONE_PASSED
    }
}

/// A tag that was found: the number of its highest bit.
pub(super) struct Found(usize);

/// Numbers of slots, each a bit in the slot's byte.
pub(super) struct Slots(u64);

impl Iterator for Slots {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let slot = self.0.trailing_zeros() as usize / 8;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}
