//! Nodes in slabs: their allocation and reuse, and the order in which a sweep looks at them.
//!
//! A [`Pool`] has the nodes of one size class of one shard, roomy ones or others. A hand sweeps its slabs, a circular list; a second hand
//! sweeps the slab of the newest node, since most objects that die die young. Returned nodes are reused, from the slabs
//! with free nodes in turn.
//!
//! # Invariants
//!
//! 1. A bit of `used` is set from when its node is handed out until it is returned, that of `assigned` until it leaves the index.
//!    All nodes of a slab are initialised.
//! 2. All slabs of a pool are in one circular list. Those with free nodes, and no others, are in a second one, `roomy`.
//! 3. A slab is unlinked from both, and no hand points to it, before it is retired; then all its nodes are free.
//! 4. In unused slabs a pool keeps at most a quarter as many free nodes as it uses, plus [`SPARE`].

use std::alloc::{Layout, alloc, handle_alloc_error};
use std::ptr::NonNull;

use super::node::{INDEX_BITS, Node, stride};
use super::object::CLASSES;
use crate::sys::hazard::memory::RetiredMemory;

/// The most nodes of a slab: one bit each in a word.
const MOST: u32 = 1 << INDEX_BITS;
/// The nodes of a pool's first slab; the size doubles with every second slab.
const FIRST: u32 = 4;
/// Free nodes that a pool may keep in addition to a quarter of those it uses.
const SPARE: usize = 8;

#[derive(Clone, Copy)]
struct Links {
    before: NonNull<Slab>,
    after: NonNull<Slab>,
}

/// The header of a block of nodes, which follow it.
pub(super) struct Slab {
    used: u64,
    /// Those that belong to an object, dead or alive.
    assigned: u64,
    len: u32,
    kind: Kind,
    /// All slabs of the pool, and those with free nodes: two circular lists.
    rings: [Links; 2],
}

const ALL: usize = 0;
const ROOMY: usize = 1;

impl Slab {
    #[inline]
    fn layout(len: u32, kind: Kind) -> Layout {
        let bytes = Self::first() + len as usize * stride(kind.roomy);
        Layout::from_size_align(bytes, align_of::<Self>().max(align_of::<Node>())).expect("a slab is small")
    }

    /// The offset of the nodes.
    const fn first() -> usize {
        size_of::<Self>().next_multiple_of(align_of::<Node>())
    }

    fn new(kind: Kind, len: u32) -> NonNull<Self> {
        let layout = Self::layout(len, kind);
        // SAFETY: the layout has a size.
        let Some(slab) = NonNull::new(unsafe { alloc(layout) }.cast::<Self>()) else { handle_alloc_error(layout) };
        let links = Links { before: slab, after: slab };
        // SAFETY: just allocated for this.
        unsafe { slab.write(Self { used: 0, assigned: 0, len, kind, rings: [links; 2] }) };
        for index in 0..len {
            // SAFETY: below the length.
            let node = unsafe { Self::node(slab, index, kind) };
            // SAFETY: as above.
            unsafe { node.write(Node::free(index, kind.roomy)) };
        }
        slab
    }

    /// # Safety
    /// `index` is below the slab's length, or the node is only pointed to.
    #[inline]
    unsafe fn node(slab: NonNull<Self>, index: u32, kind: Kind) -> NonNull<Node> {
        let at = const { Self::first() } + index as usize * stride(kind.roomy);
        // SAFETY: the caller's.
        unsafe { slab.byte_add(at) }.cast::<Node>()
    }

    /// The slab of a node.
    ///
    /// # Safety
    /// The node lies in a slab.
    #[inline]
    pub(super) unsafe fn of(node: NonNull<Node>) -> NonNull<Self> {
        // SAFETY: the caller's; its place is never changed.
        let this = unsafe { node.as_ref() };
        let at = const { Self::first() } + this.index() as usize * stride(this.is_roomy());
        // SAFETY: the node was put at this offset.
        unsafe { node.byte_sub(at) }.cast()
    }

    fn full(&self) -> u64 {
        u64::MAX >> (MOST - self.len)
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    fn retire(slab: NonNull<Self>, retired: &mut RetiredMemory) {
        // SAFETY: a slab of the pool, which was unlinked.
        let this = unsafe { slab.as_ref() };
        let layout = Self::layout(this.len, this.kind);
        // Free nodes hold nothing. (A model's atomics are not dropped either: there are no models of slabs.)
        retired.add(slab.cast(), layout, |_, _| ());
    }
}

/// What the nodes of a pool have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) class: u8,
    pub(super) roomy: bool,
}

/// How many kinds there are.
pub(super) const KINDS: usize = 2 * CLASSES;

impl Kind {
    pub(super) fn number(self) -> usize {
        2 * self.class as usize + usize::from(self.roomy)
    }
}

/// The nodes of one kind.
pub(super) struct Pool {
    kind: Kind,
    /// Any slab: where the sweep continues, and the bit in it.
    hand: Option<NonNull<Slab>>,
    bit: u32,
    /// Where the next node comes from.
    roomy: Option<NonNull<Slab>>,
    /// Where the newest node came from, and where the sweep of the young continues.
    young: Option<NonNull<Slab>>,
    young_bit: u32,
    slabs: usize,
    nodes: usize,
    used: usize,
    assigned: usize,
}

// SAFETY: a pool's slabs are its own; its nodes are `Send`, see `Anchor` and `AnyWeak`.
unsafe impl Send for Pool {}

impl Pool {
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            hand: None,
            bit: 0,
            roomy: None,
            young: None,
            young_bit: 0,
            slabs: 0,
            nodes: 0,
            used: 0,
            assigned: 0,
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn slabs(&self) -> usize {
        self.slabs
    }

    /// Nodes that belong to objects, dead or alive.
    pub(super) fn assigned(&self) -> usize {
        self.assigned
    }

    /// # Safety
    /// A slab of this pool.
    unsafe fn slab<'a>(slab: NonNull<Slab>) -> &'a mut Slab {
        // SAFETY: the caller's; the pool is the writer's, and readers know of no slab.
        unsafe { &mut *slab.as_ptr() }
    }

    fn links<'a>(slab: NonNull<Slab>, ring: usize) -> &'a mut Links {
        // SAFETY: called with slabs of this pool only.
        &mut unsafe { Self::slab(slab) }.rings[ring]
    }

    /// Inserts a slab before the one at which a circular list continues, so that it is reached last.
    fn enlink(start: &mut Option<NonNull<Slab>>, slab: NonNull<Slab>, ring: usize) {
        let after = start.unwrap_or(slab);
        let before = if after == slab { slab } else { Self::links(after, ring).before };
        *Self::links(slab, ring) = Links { before, after };
        Self::links(before, ring).after = slab;
        Self::links(after, ring).before = slab;
        start.get_or_insert(slab);
    }

    fn unlink(start: &mut Option<NonNull<Slab>>, slab: NonNull<Slab>, ring: usize) {
        let Links { before, after } = *Self::links(slab, ring);
        Self::links(before, ring).after = after;
        Self::links(after, ring).before = before;
        if *start == Some(slab) {
            *start = (after != slab).then_some(after);
        }
    }

    /// Takes a free node.
    pub(super) fn take(&mut self) -> NonNull<Node> {
        let slab = match self.roomy {
            Some(slab) => slab,
            None => self.grow(),
        };
        // SAFETY: of this pool.
        let this = unsafe { Self::slab(slab) };
        let index = (!this.used).trailing_zeros();
        this.used |= 1 << index;
        this.assigned |= 1 << index;
        if this.used == this.full() {
            Self::unlink(&mut self.roomy, slab, ROOMY);
        }
        self.young = Some(slab);
        self.used += 1;
        self.assigned += 1;
        // SAFETY: there is a free node, so the index is below the length.
        unsafe { Slab::node(slab, index, self.kind) }
    }

    fn grow(&mut self) -> NonNull<Slab> {
        let len = (FIRST << (self.slabs / 2).min(4)).min(MOST);
        let slab = Slab::new(self.kind, len);
        Self::enlink(&mut self.hand, slab, ALL);
        Self::enlink(&mut self.roomy, slab, ROOMY);
        self.slabs += 1;
        self.nodes += len as usize;
        slab
    }

    /// Records that a node was removed from the index.
    ///
    /// # Safety
    /// It was taken from this pool.
    #[inline]
    pub(super) unsafe fn take_out(&mut self, node: NonNull<Node>) {
        // SAFETY: the caller's.
        let slab = unsafe { Slab::of(node) };
        // SAFETY: of this pool.
        let slab = unsafe { Self::slab(slab) };
        // SAFETY: the caller's.
        slab.assigned &= !(1 << unsafe { node.as_ref() }.index());
        self.assigned -= 1;
    }

    /// Whether all assigned nodes lie in the slab of the newest. If so, the second hand sees them all.
    #[inline]
    pub(super) fn all_are_young(&self) -> bool {
        // SAFETY: of this pool.
        let young = self.young.map_or(0, |slab| unsafe { Self::slab(slab) }.assigned.count_ones());
        self.assigned == young as usize
    }

    /// Returns a node, which is free now.
    ///
    /// # Safety
    /// It was taken from this pool, and holds nothing.
    pub(super) unsafe fn give_back(&mut self, node: NonNull<Node>, retired: &mut RetiredMemory) {
        // SAFETY: the caller's.
        let slab = unsafe { Slab::of(node) };
        // SAFETY: of this pool.
        let this = unsafe { Self::slab(slab) };
        if this.used == this.full() {
            Self::enlink(&mut self.roomy, slab, ROOMY);
        }
        // SAFETY: the node is in its slab.
        this.used &= !(1 << unsafe { node.as_ref() }.index());
        self.used -= 1;
        let free = self.nodes - self.used;
        if this.used == 0 && free > self.used / 4 + SPARE {
            self.retire(slab, retired);
        }
    }

    fn retire(&mut self, slab: NonNull<Slab>, retired: &mut RetiredMemory) {
        if self.hand == Some(slab) {
            self.bit = 0;
        }
        Self::unlink(&mut self.hand, slab, ALL);
        Self::unlink(&mut self.roomy, slab, ROOMY);
        if self.young == Some(slab) {
            self.young = None;
        }
        self.slabs -= 1;
        // SAFETY: of this pool.
        self.nodes -= unsafe { Self::slab(slab) }.len as usize;
        Slab::retire(slab, retired);
    }

    /// Retires all unused slabs.
    pub(super) fn trim(&mut self, retired: &mut RetiredMemory) {
        for slab in self.each_slab() {
            // SAFETY: of this pool.
            if unsafe { Self::slab(slab) }.used == 0 {
                self.retire(slab, retired);
            }
        }
    }

    fn each_slab(&self) -> Vec<NonNull<Slab>> {
        let mut all = Vec::with_capacity(self.slabs);
        let mut at = self.hand;
        for _ in 0..self.slabs {
            let Some(slab) = at else { break };
            all.push(slab);
            at = Some(Self::links(slab, ALL).after);
        }
        all
    }

    /// Visits all assigned nodes.
    pub(super) fn each(&self, mut visit: impl FnMut(NonNull<Node>)) {
        self.any(&mut |node| {
            visit(node);
            false
        });
    }

    /// Whether `is` accepts any assigned node. Stops at the first.
    pub(super) fn any(&self, is: &mut impl FnMut(NonNull<Node>) -> bool) -> bool {
        let mut at = self.hand;
        for _ in 0..self.slabs {
            let Some(slab) = at else { break };
            // SAFETY: of this pool.
            let mut assigned = unsafe { Self::slab(slab) }.assigned;
            while assigned != 0 {
                // SAFETY: a bit of the slab.
                if is(unsafe { Slab::node(slab, assigned.trailing_zeros(), self.kind) }) {
                    return true;
                }
                assigned &= assigned - 1;
            }
            at = Some(Self::links(slab, ALL).after);
        }
        false
    }

    /// The next assigned node at the hand, which advances. `None` if there was none in a few slabs.
    #[inline]
    pub(super) fn next_old(&mut self, slabs: &mut usize) -> Option<NonNull<Node>> {
        let mut slab = self.hand?;
        loop {
            // SAFETY: of this pool.
            let this = unsafe { Self::slab(slab) };
            let left = this.assigned.checked_shr(self.bit).unwrap_or(0);
            if left != 0 {
                let index = self.bit + left.trailing_zeros();
                self.bit = index + 1;
                // SAFETY: a bit of the slab.
                return Some(unsafe { Slab::node(slab, index, self.kind) });
            }
            slab = this.rings[ALL].after;
            self.hand = Some(slab);
            self.bit = 0;
            *slabs = slabs.checked_sub(1)?;
        }
    }

    /// Visits the next nodes at the hand, in its slab or the next one with any. Returns how many.
    pub(super) fn ahead(&self, mut visit: impl FnMut(NonNull<Node>)) -> usize {
        let Some(mut slab) = self.hand else { return 0 };
        // SAFETY: of this pool.
        let mut left = unsafe { Self::slab(slab) }.assigned & u64::MAX.checked_shl(self.bit).unwrap_or(0);
        if left == 0 {
            slab = Self::links(slab, ALL).after;
            // SAFETY: as above.
            left = unsafe { Self::slab(slab) }.assigned;
        }
        let count = left.count_ones() as usize;
        while left != 0 {
            // SAFETY: a bit of the slab.
            visit(unsafe { Slab::node(slab, left.trailing_zeros(), self.kind) });
            left &= left - 1;
        }
        count
    }

    /// The same for the second hand, over the slab of the newest node.
    #[inline]
    pub(super) fn next_young(&mut self) -> Option<NonNull<Node>> {
        let slab = self.young?;
        // SAFETY: of this pool.
        let assigned = unsafe { Self::slab(slab) }.assigned;
        if assigned == 0 {
            return None;
        }
        let left = assigned.checked_shr(self.young_bit).unwrap_or(0);
        let index = if left == 0 { assigned.trailing_zeros() } else { self.young_bit + left.trailing_zeros() };
        self.young_bit = index + 1;
        // SAFETY: a bit of the slab.
        Some(unsafe { Slab::node(slab, index, self.kind) })
    }
}
